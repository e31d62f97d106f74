// Public and citizens' pages with their example views.
import { checkExamples, checkPages } from './templates.mjs';

checkExamples();
checkPages(['portal']);

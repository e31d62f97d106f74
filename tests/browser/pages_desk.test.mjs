// Officials', administrators' and the city's pages with their example views.
import { checkPages } from './templates.mjs';

checkPages(['desk', 'studio', 'city']);

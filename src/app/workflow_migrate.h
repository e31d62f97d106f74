/* motcua workflow migrate. */
#ifndef APP_WORKFLOW_MIGRATE_H
#define APP_WORKFLOW_MIGRATE_H

/* argv[0] is "migrate"; returns the exit status. */
int workflow_migrate_run(int argc, char **argv);

#endif

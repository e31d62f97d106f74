/* Mail by SMTP (RFC 5321, libcurl) or into a folder of .eml files (RFC 5322). */
#ifndef MOTCUA_ADAPTER_MAIL_H
#define MOTCUA_ADAPTER_MAIL_H

#include "motcua/job/runner.h"

struct mail_settings {
    const char *url;  /* smtp://host:port or smtps://...; NULL: into `folder` */
    const char *user; /* NULL: none */
    const char *password;
    const char *from;   /* "Name <address>" */
    const char *folder; /* made when missing */
};

/* The settings must outlive the port. */
struct mail_port mail_port_create(const struct mail_settings *settings);

#endif

/*
 * Passwords from people and pipes. Whatever ends the question (the answer, an error, Ctrl-C), the terminal
 * gets its echo back.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "motcua/crypto/secret.h"

#define TOO_LONG    "the password is too long"
#define NO_PASSWORD "there is no password to read"

static volatile sig_atomic_t interrupted_by;

static void note_signal(int number)
{
    interrupted_by = number;
}

/* One line into `password`, without its end. NULL or a sentence. */
static const char *read_line(int from, struct terminal_password *password)
{
    password->length = 0;
    for (;;) {
        char c;
        ssize_t got = read(from, &c, 1);
        if (got < 0 && errno == EINTR && interrupted_by == 0) continue;
        if (got < 0) return NO_PASSWORD;
        if (got == 0 && password->length == 0) return NO_PASSWORD;
        if (got == 0 || c == '\n') break;
        if (password->length > TERMINAL_PASSWORD_MAXIMUM) return TOO_LONG;
        password->text[password->length++] = c;
    }
    if (password->length > 0 && password->text[password->length - 1] == '\r') password->length--;
    return password->length > TERMINAL_PASSWORD_MAXIMUM ? TOO_LONG : NULL;
}

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

/* The signal that came meanwhile is raised again when the terminal is as it was. */
static const char *ask(int terminal, const char *prompt, struct terminal_password *password)
{
    struct sigaction note = {.sa_handler = note_signal}, before[ENDING_SIGNALS];
    struct termios normal, silent;
    if (tcgetattr(terminal, &normal) != 0) return NO_PASSWORD;
    sigemptyset(&note.sa_mask);
    interrupted_by = 0;
    for (size_t i = 0; i < ENDING_SIGNALS; i++)
        sigaction(ending_signals[i], &note, &before[i]);
    silent = normal;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    const char *problem = tcsetattr(terminal, TCSAFLUSH, &silent) == 0 ? NULL : NO_PASSWORD;
    if (problem == NULL) {
        dprintf(terminal, "%s", prompt);
        problem = read_line(terminal, password);
        dprintf(terminal, "\n");
    }
    (void)tcsetattr(terminal, TCSAFLUSH, &normal);
    for (size_t i = 0; i < ENDING_SIGNALS; i++)
        sigaction(ending_signals[i], &before[i], NULL);
    if (interrupted_by != 0) (void)raise(interrupted_by);
    return problem;
}

const char *terminal_read_password(const char *prompt, const char *again, struct terminal_password *password)
{
    if (isatty(STDIN_FILENO) == 0) return read_line(STDIN_FILENO, password);
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return "there is no terminal to ask for the password on";
    struct terminal_password second = {0};
    const char *problem = ask(terminal, prompt, password);
    if (problem == NULL) problem = ask(terminal, again, &second);
    if (problem == NULL && !secret_equal(terminal_password_view(password), terminal_password_view(&second)))
        problem = "the two passwords are not the same";
    terminal_forget_password(&second);
    close(terminal);
    return problem;
}

struct str terminal_password_view(const struct terminal_password *password)
{
    return str_make(password->text, password->length);
}

void terminal_forget_password(struct terminal_password *password)
{
    secret_wipe(password, sizeof *password);
}

/* Saving step by step: what the operating system is asked for, under which temporary name, and what its failures mean once the file stands. */
#include "io/files.h"
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

/* ---- a table that writes down what it is asked ---- */

static struct watched {
    char path[8][5000]; /* of every file opened, in turn */
    int  flags[8], n_opened;
    int  folder;        /* the descriptor of the folder; -1 = not open */
    int  open_code, fsync_code, close_code; /* of the folder; EINTR once */
    int  at_fsync;      /* times that the folder was asked to go to the disk */
} watched;

static int failing(int *code)
{
    if (!*code)
        return 0;
    errno = *code;
    *code = *code == EINTR ? 0 : *code;
    return 1;
}

static int watched_open(const char *path, int flags, int mode)
{
    if (flags & O_DIRECTORY && failing(&watched.open_code))
        return -1;
    int fd = file_operations_of_system()->open(path, flags, mode);
    if (watched.n_opened < 8) {
        snprintf(watched.path[watched.n_opened], sizeof watched.path[0], "%s", path);
        watched.flags[watched.n_opened++] = flags;
    }
    if (flags & O_DIRECTORY)
        watched.folder = fd;
    return fd;
}

static int watched_fsync(int fd)
{
    if (fd == watched.folder) {
        watched.at_fsync++;
        if (failing(&watched.fsync_code))
            return -1;
    }
    return file_operations_of_system()->fsync(fd);
}

static int watched_close(int fd)
{
    file_operations_of_system()->close(fd);
    return failing(&watched.close_code) ? -1 : 0;
}

static file_operations watched_operations(void)
{
    file_operations ops = *file_operations_of_system();
    ops.open = watched_open;
    ops.fsync = watched_fsync;
    ops.close = watched_close;
    watched = (struct watched){ .folder = -1 };
    return ops;
}

static int  n_logged, logged_level;
static char logged[600];

static void keep_log(int32_t level, const char *message, void *user)
{
    (void)user;
    n_logged++;
    logged_level = level;
    snprintf(logged, sizeof logged, "%s", message);
}

static lamella_status save_body(call *c, const file_operations *ops, const char *path, const lamella_view *v)
{
    return npy_save(c, ops, path, v);
}

static lamella_status save_logged(lamella_context *ctx, const file_operations *ops, const char *path, float x)
{
    lamella_view v = view_of(LAMELLA_F32, &x, 1);
    CALL(ctx, save_body(c, ops, path, &v));
}

static lamella_context *context_that_logs(void)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .log = keep_log };
    ok(lamella_context_create(&options, &ctx));
    n_logged = 0;
    return ctx;
}

static void holds(const char *path, float x)
{
    bytes b = file_bytes(path);
    equal(b.n, 132);
    equal_bits(b.at + 128, &x, 4);
    free(b.at);
}

/* ---- once the new file stands ---- */

/* Its bytes are on the disk and the old file is gone: a status that says "nothing changed" would be wrong, so what fails now is a warning. */
TEST(M13_what_fails_after_the_renaming_is_a_warning)
{
    lamella_context *ctx = context_that_logs();
    char expected[600];
    folder_make();
    const char *path = in_folder("x.npy");
    snprintf(expected, sizeof expected, "%s: writing its folder to the disk: input/output error", path);
    for (int step = 0; step < 2; step++) {
        file_operations ops = watched_operations();
        *(step ? &watched.fsync_code : &watched.open_code) = EIO;
        n_logged = 0;
        ok(save_logged(ctx, &ops, path, (float)step));
        holds(path, (float)step);
        equal(n_logged, 1);
        equal(logged_level, LAMELLA_LOG_WARN);
        equal_text(logged, expected);
        equal(folder_count(), 1);
    }
    lamella_context_free(ctx);
    folder_remove();
}

TEST(M13_what_is_on_the_disk_cannot_be_lost_by_closing)
{
    lamella_context *ctx = context_that_logs();
    folder_make();
    file_operations ops = watched_operations();
    watched.close_code = EIO;
    ok(save_logged(ctx, &ops, in_folder("x.npy"), 3));
    holds(in_folder("x.npy"), 3);
    equal(n_logged, 0);
    lamella_context_free(ctx);
    folder_remove();
}

/* A file system that does not sync folders is no news, and a signal is no failure. */
TEST(M13_the_folder_is_written_to_the_disk)
{
    lamella_context *ctx = context_that_logs();
    folder_make();
    file_operations ops = watched_operations();
    ok(save_logged(ctx, &ops, in_folder("x.npy"), 1));
    equal(watched.at_fsync, 1);
    equal_text(watched.path[watched.n_opened - 1], folder);
    watched_operations();
    watched.fsync_code = EINVAL;
    ok(save_logged(ctx, &ops, in_folder("x.npy"), 2));
    watched_operations();
    watched.open_code = watched.fsync_code = EINTR;
    ok(save_logged(ctx, &ops, in_folder("x.npy"), 3));
    equal(watched.at_fsync, 2);
    holds(in_folder("x.npy"), 3);
    equal(n_logged, 0);
    lamella_context_free(ctx);
    folder_remove();
}

/* Of a name without a folder it is the one where the process is; of one in the root, the root. */
TEST(M13_any_path_has_a_folder)
{
    char before[4096];
    folder_make();
    check(getcwd(before, sizeof before) != NULL && !chdir(folder));
    file_operations ops = watched_operations();
    ok(save_logged(NULL, &ops, "x.npy", 1));
    equal_text(watched.path[watched.n_opened - 1], ".");
    holds("x.npy", 1);
    check(!chdir(before));
    watched_operations();
    if (geteuid() == 0) {
        ok(save_logged(NULL, &ops, "/lamella-test.npy", 1));
        equal_text(watched.path[watched.n_opened - 1], "/");
        unlink("/lamella-test.npy");
    }
    folder_remove();
}

/* ---- the temporary name ---- */

/* Whole characters of the name's beginning, at most 255 bytes, of no other name. */
TEST(M13_a_temporary_name_is_cut_between_characters)
{
    static const char *const characters[] = { "n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
    char name[300], kept[300];
    folder_make();
    for (int c = 0; c < 4; c++)
        for (int shift = 0; shift < 4; shift++) {
            int64_t size = (int64_t)strlen(characters[c]), n = shift;
            memset(name, 'n', sizeof name);
            for (; n + size <= 250; n += size)
                memcpy(name + n, characters[c], (size_t)size);
            name[n] = 0;
            file_operations ops = watched_operations();
            ok(save_logged(NULL, &ops, in_folder(name), 1));
            unlink(in_folder(name));
            const char *temporary = watched.path[0] + strlen(folder) + 1, *end = temporary + strlen(temporary);
            check(!strncmp(watched.path[0], folder, strlen(folder)) && end - temporary <= 255);
            for (const char *p = temporary; p < end; p += utf8_length(p, end))
                check(utf8_length(p, end) > 0);
            int64_t whole = 200 - (200 - shift) % size; /* the most characters within 200 bytes */
            check(!strncmp(temporary, name, (size_t)whole) && temporary[whole] == '~');
            snprintf(kept, sizeof kept, "%s", temporary);
            name[n - 1] ^= 1; /* the same up to there, and another file */
            watched_operations();
            ok(save_logged(NULL, &ops, in_folder(name), 1));
            unlink(in_folder(name));
            check(strcmp(watched.path[0] + strlen(folder) + 1, kept) != 0);
        }
    memset(name, 'n', sizeof name);
    for (int n = 199; n <= 201; n++) {
        name[n] = 0;
        file_operations ops = watched_operations();
        ok(save_logged(NULL, &ops, in_folder(name), 1));
        check((strchr(watched.path[0], '~') != NULL) == (n == 201)); /* what is not cut stands as it is */
        unlink(in_folder(name));
        name[n] = 'n';
    }
    folder_remove();
}

/* ---- links ---- */

/* A path may have as many bytes as there is room for, and no more; the link's own bytes count from its folder on. */
TEST(a_target_that_does_not_fit_is_refused)
{
    char name[200], target[400];
    folder_make();
    memset(name, 'n', 100);
    name[100] = 0;
    int64_t whole = (int64_t)strlen(folder) + 101;
    equal(symlink(name, in_folder("link")), 0);
    for (int64_t room = whole - 2; room <= whole + 3; room++) {
        equal(path_target(in_folder(name), target, room), room > whole ? 0 : ENAMETOOLONG);
        equal(path_target(in_folder("link"), target, room), room > whole ? 0 : ENAMETOOLONG);
        if (room > whole)
            equal_text(target, in_folder(name));
    }
    equal(symlink(in_folder(name), in_folder("far")), 0); /* from the root: the link's folder is left behind */
    equal(path_target(in_folder("far"), target, whole), ENAMETOOLONG);
    equal(path_target(in_folder("far"), target, whole + 1), 0);
    equal_text(target, in_folder(name));
    folder_remove();
}

TEST(forty_links_lead_on_and_one_more_does_not)
{
    char from[20], to[20], target[400];
    folder_make();
    for (int i = 0; i < 42; i++) {
        snprintf(from, sizeof from, "l%d", i);
        snprintf(to, sizeof to, "l%d", i + 1);
        equal(symlink(to, in_folder(from)), 0);
    }
    equal(path_target(in_folder("l2"), target, sizeof target), 0);
    equal_text(target, in_folder("l42"));
    equal(path_target(in_folder("l1"), target, sizeof target), ELOOP);
    folder_remove();
}

/* ---- modes ---- */

/* Who is not in the old file's group cannot keep it: then its own group may do no more than everybody could. */
TEST(M13_where_the_group_cannot_be_kept_it_gains_nothing)
{
    static const int modes[][2] = { { 0664, 0644 }, { 0660, 0600 }, { 0606, 0606 }, { 0777, 0777 }, { 0754, 0744 }, { 0670, 0600 }, { 0627, 0627 } };
    struct stat s;
    int status;
    if (geteuid() != 0)
        return;
    folder_make();
    equal(chmod(folder, 0777), 0);
    const char *path = in_folder("x");
    for (int i = 0; i < LENGTH(modes); i++) {
        ok(save_logged(NULL, file_operations_of_system(), path, 0));
        equal(chown(path, 1234, 5678), 0);
        equal(chmod(path, (mode_t)modes[i][0]), 0);
        pid_t child = fork();
        if (child == 0)
            _exit(setgid(4321) || setuid(1234) || save_logged(NULL, file_operations_of_system(), path, 7) != LAMELLA_OK);
        equal(waitpid(child, &status, 0), child);
        equal(status, 0);
        equal(stat(path, &s), 0);
        equal(s.st_mode & 07777, modes[i][1]);
        check(s.st_uid == 1234 && s.st_gid == 4321);
        holds(path, 7);
    }
    folder_remove();
}

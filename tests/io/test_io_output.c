/* Saving as a careful editor does: through links, with mode and owner, under any name, and without a trace of savers that were killed. */
#include "io/files.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/wait.h>

static int mode_of(const char *path)
{
    struct stat s;
    equal(lstat(path, &s), 0);
    return (int)s.st_mode;
}

static void save_number(const char *path, float x)
{
    lamella_view v = view_of(LAMELLA_F32, &x, 1);
    ok(lamella_io_npy_save(NULL, path, &v));
}

static void holds_number(const char *path, float x)
{
    bytes b = file_bytes(path);
    check(b.n == 132);
    equal_bits(b.at + 128, &x, 4);
    free(b.at);
}

TEST(M13_the_target_of_a_link_is_replaced_and_the_link_stays)
{
    folder_make();
    equal(mkdir(in_folder("deep"), 0700), 0);
    save_number(in_folder("deep/file"), 1);
    equal(symlink("file", in_folder("deep/link")), 0);
    equal(symlink("deep/link", in_folder("first")), 0); /* a link to a link, each from its own folder */
    save_number(in_folder("first"), 2);
    holds_number(in_folder("deep/file"), 2);
    check(S_ISLNK(mode_of(in_folder("first"))) && S_ISLNK(mode_of(in_folder("deep/link"))) && S_ISREG(mode_of(in_folder("deep/file"))));
    equal(symlink(in_folder("deep/new"), in_folder("absolute")), 0); /* to nothing yet */
    save_number(in_folder("absolute"), 3);
    holds_number(in_folder("deep/new"), 3);
    check(S_ISLNK(mode_of(in_folder("absolute"))));
    equal(symlink("round", in_folder("round")), 0);
    float x = 0;
    lamella_view v = view_of(LAMELLA_F32, &x, 1);
    returns(lamella_io_npy_save(NULL, in_folder("round"), &v), LAMELLA_ERR_IO);
    check(strstr(lamella_last_error(), "too many symbolic links") != NULL);
    unlink(in_folder("deep/link"));
    unlink(in_folder("deep/file"));
    unlink(in_folder("deep/new"));
    equal(rmdir(in_folder("deep")), 0);
    folder_remove();
}

TEST(M13_the_mode_is_kept)
{
    static const int modes[] = { 0600, 0640, 0666, 0755, 0444 };
    folder_make();
    mode_t kept = umask(027);
    save_number(in_folder("x"), 0);
    equal(mode_of(in_folder("x")) & 07777, 0640); /* a new one as the process makes files */
    for (int i = 0; i < 5; i++) {
        equal(chmod(in_folder("x"), (mode_t)modes[i]), 0);
        save_number(in_folder("x"), (float)i);
        equal(mode_of(in_folder("x")) & 07777, modes[i]);
        holds_number(in_folder("x"), (float)i);
    }
    umask(kept);
    folder_remove();
}

TEST(M13_owner_and_group_are_kept_where_they_can_be)
{
    struct stat s;
    if (geteuid() != 0)
        return;
    folder_make();
    save_number(in_folder("x"), 0);
    equal(chown(in_folder("x"), 1234, 5678), 0);
    save_number(in_folder("x"), 1);
    equal(stat(in_folder("x"), &s), 0);
    check(s.st_uid == 1234 && s.st_gid == 5678);
    folder_remove();
}

/* As on a share that gives what root makes to nobody. */
TEST(M13_where_new_files_get_another_owner_they_are_saved)
{
    if (geteuid() != 0)
        return;
    folder_make();
    equal(chmod(folder, 0777), 0);
    setfsuid(1234);
    save_number(in_folder("x.npy"), 1);
    save_number(in_folder("x.npy"), 2);
    setfsuid(0);
    holds_number(in_folder("x.npy"), 2);
    equal(folder_count(), 1);
    folder_remove();
}

TEST(M13_names_of_255_bytes_are_saved)
{
    char name[300], path[400];
    folder_make();
    for (int n = 180; n <= 255; n += 5) {
        memset(name, 'n', sizeof name);
        memcpy(name + n - 3, n % 10 ? "\xe2\x82\xac" : "npy", 3); /* cut between characters */
        memcpy(name + 199, "\xc3\xa9", n > 201 ? 2 : 0);
        name[n] = 0;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        save_number(path, (float)n);
        holds_number(path, (float)n);
        unlink(path);
        equal(folder_count(), 0);
    }
    folder_remove();
}

/* What killed savers left goes with the next save of the name; what another is writing stays. */
TEST(M13_leftovers_are_removed_by_the_next_save)
{
    char name[256], path[400];
    folder_make();
    bytes junk = bytes_of("half a file", 11);
    folder_write("x.npy.0.tmp", junk);
    save_number(in_folder("x.npy"), 1);
    holds_number(in_folder("x.npy"), 1);
    equal(folder_count(), 1);
    int fd = open(folder_write("x.npy.0.tmp", junk), O_WRONLY);
    equal(flock(fd, LOCK_EX | LOCK_NB), 0); /* as a saver that is alive */
    save_number(in_folder("x.npy"), 2);
    holds_number(in_folder("x.npy"), 2);
    bytes b = file_bytes(in_folder("x.npy.0.tmp"));
    equal(b.n, 11);
    free(b.at);
    close(fd);
    save_number(in_folder("x.npy"), 3);
    equal(folder_count(), 1);
    equal(symlink("x.npy", in_folder("x.npy.0.tmp")), 0); /* no leftover of ours */
    save_number(in_folder("x.npy"), 4);
    holds_number(in_folder("x.npy"), 4);
    check(S_ISLNK(mode_of(in_folder("x.npy.0.tmp"))));
    unlink(in_folder("x.npy.0.tmp"));
    equal(link(in_folder("x.npy"), in_folder("x.npy.0.tmp")), 0);
    save_number(in_folder("x.npy"), 5);
    holds_number(in_folder("x.npy.0.tmp"), 4);
    free(junk.at);
    memset(name, 'n', sizeof name);
    name[255] = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    save_number(path, 1);
    equal(folder_count(), 3);
    folder_remove();
}

/* Savers killed at any time leave the old file or a new one, and the next save leaves nothing else. */
TEST(M13_killed_savers_leave_nothing_for_good)
{
    enum { N = 200000 };
    float *x = calloc(N, sizeof *x);
    lamella_view v = view_of(LAMELLA_F32, x, N);
    folder_make();
    const char *path = in_folder("x.npy");
    ok(lamella_io_npy_save(NULL, path, &v));
    for (int i = 0; i < 40; i++) {
        pid_t child = fork();
        if (child == 0)
            for (;;)
                lamella_io_npy_save(NULL, path, &v);
        usleep((useconds_t)(100 + 977 * i % 4000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        bytes b = file_bytes(path);
        equal(b.n, 128 + 4 * N);
        free(b.at);
    }
    ok(lamella_io_npy_save(NULL, path, &v));
    equal(folder_count(), 1);
    free(x);
    folder_remove();
}

static void *save_often(void *path)
{
    float x[64] = { 0 };
    lamella_view v = view_of(LAMELLA_F32, x, 64);
    for (int i = 0; i < 200; i++)
        if (lamella_io_npy_save(NULL, path, &v))
            return path;
    return NULL;
}

TEST(M13_many_threads_save_to_one_path)
{
    pthread_t thread[4];
    void *failed;
    folder_make();
    char *path = strdup(in_folder("x.npy"));
    for (int i = 0; i < 4; i++)
        equal(pthread_create(&thread[i], NULL, save_often, path), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], &failed);
        check(failed == NULL);
    }
    bytes b = file_bytes(path);
    equal(b.n, 128 + 256);
    free(b.at);
    equal(folder_count(), 1);
    free(path);
    folder_remove();
}

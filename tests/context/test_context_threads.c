/* Whose a context is while a call runs. */
#include "base/base.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* A call that asks the host once. */
static lamella_status asking(lamella_context *ctx)
{
    CALL(ctx, progress(c, 1, 2));
}

static void *ask(void *ctx)
{
    return (void *)(intptr_t)asking(ctx);
}

static lamella_status on_another_thread(lamella_context *ctx)
{
    pthread_t thread;
    void *status;
    equal(pthread_create(&thread, NULL, ask, ctx), 0);
    pthread_join(thread, &status);
    return (lamella_status)(intptr_t)status;
}

typedef struct host {
    lamella_context *ctx;
    int              depth;    /* of calls; the innermost goes elsewhere */
    lamella_status   nested, elsewhere, in_child;
    int32_t          answer;
} host;

static lamella_status in_a_forked_child(lamella_context *ctx)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) /* where the thread that had it does not exist */
        _exit(on_another_thread(ctx) == LAMELLA_OK && on_another_thread(ctx) == LAMELLA_OK ? 0 : 1);
    equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT;
}

static int32_t answer_host(double fraction, const char *stage, void *user)
{
    host *h = user;
    (void)fraction, (void)stage;
    if (h->depth == 2) { /* no more questions */
        h->elsewhere = on_another_thread(h->ctx);
        return 0;
    }
    if (h->depth++ == 0) {
        h->nested = asking(h->ctx);
        h->elsewhere = on_another_thread(h->ctx); /* the inner call has ended, the outer one has not */
    }
    return h->answer;
}

static void host_open(host *h)
{
    lamella_context_options o = { .struct_size = sizeof o, .threads = 1, .progress = answer_host, .user = h };
    memset(h, 0, sizeof *h);
    ok(lamella_context_create(&o, &h->ctx));
}

TEST(a_context_in_a_call_is_refused_to_other_threads)
{
    host h;
    host_open(&h);
    ok(asking(h.ctx));
    equal(h.elsewhere, LAMELLA_ERR_ARGUMENT);
    h.depth = 1;
    ok(on_another_thread(h.ctx)); /* and is theirs once the call has ended */
    lamella_context_free(h.ctx);
}

TEST(a_callback_may_call_with_the_context_of_its_call)
{
    host h;
    host_open(&h);
    h.nested = LAMELLA_ERR_IO;
    ok(asking(h.ctx));
    equal(h.nested, LAMELLA_OK);
    lamella_context_free(h.ctx);
}

TEST(a_call_that_failed_gives_the_context_back)
{
    host h;
    host_open(&h);
    h.depth = 1;
    h.answer = LAMELLA_STOP;
    returns(asking(h.ctx), LAMELLA_STOPPED);
    h.depth = 1;
    returns(on_another_thread(h.ctx), LAMELLA_STOPPED);
    lamella_context_free(h.ctx);
}

static lamella_context *refused_context;

static void *be_refused(void *said)
{
    lamella_build build = { .struct_size = sizeof build };
    returns(lamella_build_info(refused_context, &build), LAMELLA_ERR_ARGUMENT);
    snprintf(said, 256, "%s", lamella_last_error());
    return NULL;
}

static int32_t refuse_another(double fraction, const char *stage, void *user)
{
    pthread_t thread;
    (void)fraction, (void)stage;
    equal(pthread_create(&thread, NULL, be_refused, user), 0);
    pthread_join(thread, NULL);
    return 0;
}

TEST(the_refusal_says_what_to_do)
{
    char said[256] = "";
    lamella_context_options o = { .struct_size = sizeof o, .threads = 1, .progress = refuse_another, .user = said };
    ok(lamella_context_create(&o, &refused_context));
    ok(asking(refused_context));
    equal_text(said, "lamella_build_info: ctx is in a call on another thread, expected a context for each thread");
    lamella_context_free(refused_context);
}

static int32_t fork_in_a_call(double fraction, const char *stage, void *user)
{
    host *h = user;
    (void)fraction, (void)stage;
    if (h->depth++ == 0)
        h->in_child = in_a_forked_child(h->ctx);
    return 0;
}

TEST(a_forked_child_has_the_context_of_a_thread_that_it_does_not_have)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* whose allocators may be locked at the fork */
    host h = { .in_child = LAMELLA_ERR_IO };
    lamella_context_options o = { .struct_size = sizeof o, .threads = 1, .progress = fork_in_a_call, .user = &h };
    ok(lamella_context_create(&o, &h.ctx));
    ok(asking(h.ctx));
    equal(h.in_child, LAMELLA_OK);
    lamella_context_free(h.ctx);
#else
    (void)fork_in_a_call;
#endif
}

/* Who is inside BLAS, on how many of its threads and in what memory.
 *
 * Callers: OpenBLAS 0.3.21 writes past its buffer table when some 200 threads call it at once and warns from 128 on.
 * Threads: with more than one of its own, OpenBLAS asks malloc for memory in each product, Gram and factor, and prints and exits where
 * there is none (its level3_thread.c, level3_syrk_threaded.c, potrf_parallel.c). Its bits depend on their number, too. So it has one
 * while a thread of ours is inside, and the last to leave puts back what it had. The number itself is set, since OpenBLAS's function
 * for it starts its threads anew after a fork, in memory that may not be there.
 * Memory: OpenBLAS maps a buffer for each thread that is inside at once, keeps it, and tries for ever where it cannot. So we look for
 * the room before it does, and let in no more threads than there are buffers. */
#include "linalg/blas.h"
#include "par/gate.h"

#define BLAS_CALLERS 64
#define BLAS_BUFFER (128 << 20) /* bytes of address space; what is not used of it costs no memory */

/* Of OpenBLAS's own headers; the reference's cblas.h, which may be the one installed, lacks them. */
int         openblas_get_num_threads(void);
void        openblas_set_num_threads(int num_threads);
int         openblas_get_parallel(void);
char       *openblas_get_corename(void);
char       *openblas_get_config(void);
void       *blas_memory_alloc(int position);
void        blas_memory_free(void *buffer);
extern int  blas_cpu_number;

enum { BUILT_WITH_PTHREADS = 1 };

static gate    blas_gate, blas_buffers_gate;
static void   *blas_buffers[BLAS_CALLERS];
static int32_t n_blas_buffers;
static int32_t blas_hosts_threads; /* to put back; 0: OpenBLAS has as many as the host wants */

/* ---- memory ---- */

static int32_t count_of_blas_buffers(void)
{
    return __atomic_load_n(&n_blas_buffers, __ATOMIC_ACQUIRE);
}

static int is_known_blas_buffer(const void *buffer)
{
    for (int32_t i = 0; i < n_blas_buffers; i++)
        if (blas_buffers[i] == buffer)
            return 1;
    return 0;
}

/* Returns 1 if there is one more buffer now. One that is known was about to be taken by a thread inside, which maps one instead, in
 * the room that was looked for. */
static int add_blas_buffer(void)
{
    int added = 0;
    gate_enter(&blas_buffers_gate, 1);
    if (n_blas_buffers < BLAS_CALLERS && space_for(BLAS_BUFFER)) {
        void *buffer = blas_memory_alloc(0);
        added = !is_known_blas_buffer(buffer);
        if (added) {
            blas_buffers[n_blas_buffers] = buffer;
            __atomic_store_n(&n_blas_buffers, n_blas_buffers + 1, __ATOMIC_RELEASE);
        }
        blas_memory_free(buffer);
    }
    gate_leave(&blas_buffers_gate, NULL);
    return added;
}

lamella_status blas_warm(call *c)
{
    while (!count_of_blas_buffers())
        if (!add_blas_buffer() && !count_of_blas_buffers())
            return fail(c, LAMELLA_ERR_MEMORY, "out of memory for the %d bytes of address space that BLAS asks for", BLAS_BUFFER);
    return LAMELLA_OK;
}

/* ---- threads ---- */

static void set_blas_threads(int32_t n)
{
    if (openblas_get_parallel() == BUILT_WITH_PTHREADS)
        __atomic_store_n(&blas_cpu_number, n, __ATOMIC_RELAXED);
    else
        openblas_set_num_threads(n);
}

/* A host that changed the number meanwhile has its way. */
static void put_back_blas_threads(void)
{
    int32_t n = __atomic_exchange_n(&blas_hosts_threads, 0, __ATOMIC_RELAXED);
    if (n && openblas_get_num_threads() == 1)
        set_blas_threads(n);
}

void blas_enter(void)
{
    while (!gate_try(&blas_gate, (uint32_t)MAX(count_of_blas_buffers(), 1)))
        if (!add_blas_buffer())
            gate_wait();
    int32_t n = openblas_get_num_threads();
    if (n == 1)
        return;
    __atomic_store_n(&blas_hosts_threads, n, __ATOMIC_RELAXED);
    set_blas_threads(1);
}

void blas_leave(void)
{
    gate_leave(&blas_gate, __atomic_load_n(&blas_hosts_threads, __ATOMIC_RELAXED) ? put_back_blas_threads : NULL);
}

int32_t blas_threads(void)
{
    int32_t n = __atomic_load_n(&blas_hosts_threads, __ATOMIC_RELAXED);
    return n ? n : openblas_get_num_threads();
}

void blas_set_one_thread(void)
{
    __atomic_store_n(&blas_hosts_threads, 0, __ATOMIC_RELAXED);
    set_blas_threads(1);
}

const char *blas_core(void)
{
    return openblas_get_corename();
}

const char *blas_config(void)
{
    return openblas_get_config();
}

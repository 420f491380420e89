/* Whether to stop, asked from tasks: only the thread that made the call may ask the host, the others hear of it. */
#include "par/asking.h"

asking asking_of_task(asking_tasks *of)
{
    return (asking){ .c = parallel_is_caller(of->c) ? of->c : NULL, .of = of };
}

lamella_status ask_of_task(asking *a)
{
    lamella_status status = LAMELLA_OK;
    if (!a->c)
        return __atomic_load_n(&a->of->told, __ATOMIC_RELAXED) ? LAMELLA_STOPPED : LAMELLA_OK;
    status = progress(a->c, 0, 1);
    if (status != LAMELLA_OK) {
        a->of->status = status;
        __atomic_store_n(&a->of->told, 1, __ATOMIC_RELAXED);
    }
    return status;
}

/* Whether to stop: loops over rows ask the host now and then, on whichever thread they run. */
#ifndef PAR_ASKING_H
#define PAR_ASKING_H

#include "par/par.h"

/* Loops over rows ask the host every 2^18 of them, which take some milliseconds; nothing is claimed to be done yet. */
enum { ROWS_BETWEEN_ASKS = 1 << 18 };

/* `done` rows are behind, now come `more`. c NULL: never asks, as on a worker. */
static inline lamella_status ask_rows(call *c, int64_t done, int64_t more)
{
    return c && done / ROWS_BETWEEN_ASKS != (done + more) / ROWS_BETWEEN_ASKS ? progress(c, 0, 1) : LAMELLA_OK;
}

/* Row i is behind. */
static inline lamella_status ask_row(call *c, int64_t i)
{
    return ask_rows(c, i, 1);
}

/* Tasks of one call that last long: the thread that made the call asks the host now and then, the others look whether it was told. */
typedef struct asking_tasks {
    call          *c;
    int32_t        told; /* 1: to stop */
    lamella_status status;
} asking_tasks;

/* The same for cores, which return a number: they break off, and their caller looks at the status. */
typedef struct asking {
    call          *c;    /* NULL: on another thread than the call's */
    int64_t        rows; /* seen so far */
    lamella_status status;
    asking_tasks  *of;   /* NULL: no task */
} asking;

/* For a task that begins on this thread; and what it hears. */
LAMELLA_INTERNAL asking         asking_of_task(asking_tasks *of);
LAMELLA_INTERNAL lamella_status ask_of_task(asking *a);

/* `more` rows are looked at now. NULL: never asks. */
static inline int told_to_stop_after(asking *a, int64_t more)
{
    if (!a)
        return 0;
    if (a->status == LAMELLA_OK && a->rows / ROWS_BETWEEN_ASKS != (a->rows + more) / ROWS_BETWEEN_ASKS)
        a->status = a->of ? ask_of_task(a) : ask_rows(a->c, a->rows, more);
    a->rows += more;
    return a->status != LAMELLA_OK;
}

static inline int told_to_stop(asking *a)
{
    return told_to_stop_after(a, 1);
}

#endif

/* What the one-shot search and that of an index share: queries and outputs, checked, and the search itself. */
#ifndef MATRYOSHKA_SEARCH_H
#define MATRYOSHKA_SEARCH_H

#include "lamella/matryoshka/search.h"
#include "similar/similar.h"

/* What a caller asks, still unchecked. */
typedef struct search_request {
    const lamella_view                      *queries;
    int64_t                                  k;
    const lamella_view                      *ids, *scores;
    const lamella_matryoshka_search_options *options;
    const lamella_matryoshka_search_outputs *outputs;
    lamella_matryoshka_search_result        *result;
} search_request;

/* A checked [row, dim] view of floats with dim at least 1. */
LAMELLA_INTERNAL lamella_status check_row_matrix(call *c, lamella_view *v, const lamella_view *theirs, const char *name);
/* NULL, or a checked i32|i64 view [n]. */
LAMELLA_INTERNAL lamella_status check_row_ids(call *c, lamella_view *v, const lamella_view *theirs, const char *name, int64_t n);
/* The same, checked. */
typedef struct search_ready {
    lamella_matryoshka_search_options o;
    lamella_view queries, query_ids;
    int64_t      width;
    lamella_view ids, scores, found;
    int64_t      k;
    int64_t      n_short; /* so far */
} search_ready;

/* Before any work; first the options alone, then what is asked of rows of so many dims. */
LAMELLA_INTERNAL lamella_status search_check_options(call *c, const search_request *asked, search_ready *r);
LAMELLA_INTERNAL lamella_status search_check(call *c, const search_request *asked, int64_t dim, search_ready *r);
LAMELLA_INTERNAL lamella_status search_run(call *c, const searched_rows *s, const search_request *asked, search_ready *r);

#endif

/* tour: one program, one file per verb. A verb measures, then says what it found as a table, as JSON and as a part of the page. */
#ifndef TOUR_TOUR_H
#define TOUR_TOUR_H

#include "support/json.h"
#include <lamella.h>

typedef struct tour {
    lamella_context *ctx;
    const char      *data; /* the folder of bundled cuts */
} tour;

typedef struct verb {
    const char *name, *lede;
    void     *(*measure)(const tour *t);
    void      (*text)(FILE *out, const void *found);
    void      (*json)(json *j, const void *found);
    void      (*page)(FILE *out, const void *found);
} verb;

extern const verb tour_probe, tour_matryoshka, tour_relative, tour_fusion;

/* Ends the program with the library's message if a call failed. */
void tour_need(lamella_status status, const char *what);

/* Opened files live until the program ends. */
lamella_stack          tour_stack(const tour *t, const char *file, const lamella_io_file **opened);
const lamella_io_file *tour_file(const tour *t, const char *file);
lamella_view           tour_array(const tour *t, const lamella_io_file *file, const char *name);
/* Integers of any width as i64. */
const int64_t         *tour_integers(const tour *t, const lamella_io_file *file, const char *name, int64_t *n);

/* Whether each definition of states.safetensors has more words than the median. */
const int64_t         *tour_long_ones(const tour *t, const lamella_io_file *file, int64_t *median);

/* The paragraph that names the functions behind a picture. */
void tour_functions(FILE *out, const char *const *name, int n);

#endif

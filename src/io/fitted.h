/* Fitted objects: a table of arrays makes their memory, which is their file, typed pointers into it, and what a loaded one must be.
 *   checksum  CRC-32;  model  files of a kind, a format and a checksum;  fitted  the objects: each leans on those before it */
#ifndef IO_FITTED_H
#define IO_FITTED_H

#include "io/io.h"

/* ---- fitted.c: a fitted object, which lies in memory as the .safetensors file it would be ---- */

/* A row of a kind's one table of arrays, in the order of the file: by falling element size, so that each is aligned. */
typedef struct fitted_field {
    const char *name;
    int32_t     dtype;
    const char *axes;  /* a letter each, whose extent the kind knows; with one of fitted_kind.each there is one for each layer, NAME.L */
    size_t      place; /* of its pointer in the object; of pointers by layer: see fitted_kind.slot */
    int32_t     only;  /* for fitted_kind.has */
} fitted_field;

typedef struct fitted fitted;

typedef struct fitted_kind {
    const char         *name;     /* lamella.kind */
    const char         *thing;    /* as messages call one: "a fitted probe" */
    const char         *argument; /* as its functions call it: "probe" */
    int64_t             size;     /* of the object, whose first member is a `fitted` */
    const fitted_field *field;
    int64_t             n_fields;
    const char         *each;   /* axes of arrays by layer; NULL: none */
    int64_t (*layers)(const fitted *x);
    int64_t (*extent)(const fitted *x, char axis, int64_t layer);
    int     (*has)(const fitted *x, const fitted_field *f); /* NULL: all */
    void   *(*slot)(fitted *x, const fitted_field *f, int64_t layer); /* where the pointer goes; NULL: at its place */
    const char *(*metadata)(const fitted *x, int64_t i, const char **value, char room[24]); /* the i-th key of its own, or NULL */
    lamella_status (*measure)(call *c, fitted *x); /* what it is, from a file whose header was read */
    lamella_status (*settle)(call *c, fitted *x);  /* that its numbers are such; what is made from them */
    lamella_status (*get)(call *c, const fitted *x, const char *name, lamella_view *out); /* NULL: fitted_array */
} fitted_kind;

struct fitted {
    arena              memory; /* first: an object is its arena */
    const fitted_kind *kind;
    const char        *name;   /* of where it was read, for messages: the path's end, or "bytes" */
    char              *image;  /* the whole file */
    int64_t            image_bytes;
    int64_t            sealed; /* 1: its checksum stands; whoever changes its arrays sets it to 0 */
    lamella_io_file   *file;   /* over the image */
};

/* ---- made ---- */

/* An object of zeros, which says then how large its arrays are. */
LAMELLA_INTERNAL lamella_status fitted_create(call *c, const fitted_kind *kind, void *made);
/* Its arrays, zeroed, each found once. */
LAMELLA_INTERNAL lamella_status fitted_lay(call *c, fitted *x);
/* Writes the checksum, once the arrays are filled. */
LAMELLA_INTERNAL lamella_status fitted_seal(call *c, fitted *x);

/* ---- what every kind does, with an object and a handle as the caller gave them ---- */

LAMELLA_INTERNAL lamella_status fitted_check(call *c, const fitted_kind *kind, const void *object, const char *name);
LAMELLA_INTERNAL lamella_status fitted_get(call *c, const fitted_kind *kind, const void *object, const char *name, lamella_view *out);
/* Seals what is not sealed, so an object that threads share must be. */
LAMELLA_INTERNAL lamella_status fitted_bytes(call *c, const fitted_kind *kind, const void *object, lamella_view *bytes);
LAMELLA_INTERNAL lamella_status fitted_save(call *c, const fitted_kind *kind, const void *object, const char *path);
LAMELLA_INTERNAL lamella_status fitted_open(call *c, const fitted_kind *kind, const char *path, void *handle);
LAMELLA_INTERNAL lamella_status fitted_load(call *c, const fitted_kind *kind, const lamella_view *bytes, void *handle);
LAMELLA_INTERNAL void           fitted_free(void *object); /* NULL: nothing */

/* ---- what a kind asks ---- */

/* An array of the file by its name there. */
LAMELLA_INTERNAL lamella_status fitted_array(call *c, const fitted *x, const char *name, lamella_view *out);
/* An array of the file that is measured: FORMAT where there is none of this dtype and rank. */
LAMELLA_INTERNAL lamella_status fitted_shape(call *c, const fitted *x, const char *name, int32_t dtype, int32_t rank, int64_t *shape);
/* FORMAT where one of its f64 arrays holds none. */
LAMELLA_INTERNAL lamella_status fitted_is_finite(call *c, const fitted *x);
LAMELLA_INTERNAL void          *fitted_data(const fitted *x, const fitted_field *f, int64_t layer);
LAMELLA_INTERNAL int            fitted_has(const fitted *x, const fitted_field *f);
/* How many arrays a field stands for. */
LAMELLA_INTERNAL int64_t        fitted_count(const fitted *x, const fitted_field *f);

/* ---- model.c: fitted models as .safetensors files ---- */

#define MODEL_FORMAT   "2"
#define MODEL_CHECKSUM "lamella.crc32" /* 8 hexadecimal digits: of the whole file with zeros in their place */
#define MODEL_UNSEALED "00000000"

/* Writes the checksum into an image, ours; once more after its numbers changed. */
LAMELLA_INTERNAL lamella_status model_seal(call *c, const lamella_view *image);
/* A file of this kind and a format that is known, of which only the header was read: from a path, or if that is NULL from bytes that outlive
 * it. file_free is the last thing that the caller does with it; where the call fails, the call does. */
LAMELLA_INTERNAL lamella_status model_header(call *c, const char *path, const lamella_view *bytes, const char *kind, lamella_io_file **file);
/* FORMAT where its bytes, all of them, have another checksum than it says. */
LAMELLA_INTERNAL lamella_status model_check_sum(call *c, const lamella_io_file *f, const lamella_view *bytes);
/* FORMAT where there is none. */
LAMELLA_INTERNAL lamella_status model_text(call *c, const lamella_io_file *f, const char *key, const char **value);

/* ---- checksum.c ---- */

typedef struct checksum {
    uint32_t value, table[8][256];
} checksum;

LAMELLA_INTERNAL void     checksum_begin(checksum *s);
LAMELLA_INTERNAL void     checksum_add(checksum *s, const void *bytes, int64_t n);
LAMELLA_INTERNAL uint32_t checksum_end(const checksum *s);

#endif

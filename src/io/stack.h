/* Files of layers: which arrays of a file are its layers, and reading and saving them. Each leans on those before it only:
 *   stack_words, stack_families, stack_parts    what names say; names that differ in one integer; offsets, mask, labels
 *   stack_readings, stack_form                  every way to read a file as a stack; the one that is meant
 *   stack_open, stack_save                      files to stacks and back */
#ifndef IO_STACK_H
#define IO_STACK_H

#include "io/io.h"

/* ---- stack_words.c: what names say ---- */

/* What stands before the integer at byte `at` of a name counts layers, or something else. */
LAMELLA_INTERNAL int name_counts_layers(const char *name, int64_t at);
LAMELLA_INTERNAL int name_counts_else(const char *name, int64_t at);
LAMELLA_INTERNAL int name_is_mask(const char *name);
LAMELLA_INTERNAL int name_is_padding_mask(const char *name); /* of which 1 may mark the padding */
LAMELLA_INTERNAL int name_is_part(const char *name);         /* offsets, mask, sample_id or a label: no layer */

/* ---- stack_families.c: arrays whose names differ in one integer ---- */

/* An integer of a name, with its minus. */
typedef struct family_place {
    int64_t  number;
    uint32_t entry;
    uint16_t head, bytes; /* what stands before it; its own */
} family_place;

typedef struct family {
    family_place *member; /* [n], by rising numbers, in the call's arena */
    int64_t       n;
} family;

/* Those of two arrays and more, in the order of their first; an array is in as many as its name has integers. */
LAMELLA_INTERNAL lamella_status families_find(call *c, const lamella_io_file *f, family **found, int64_t *n_found);
/* That of one name: "h." for h.0, h.1 ..., or a pattern, "blocks.{}.out"; of no or one array too. */
LAMELLA_INTERNAL lamella_status family_named(call *c, const lamella_io_file *f, const char *prefix, family *found);

/* ---- stack_parts.c ---- */

/* offsets, mask, sample_id, label.*: read, or widened to i64, into the file's memory. */
LAMELLA_INTERNAL lamella_status stack_parts_read(call *c, lamella_io_file *f, int32_t mask_marks, lamella_io_stack_result *result);
/* Equal but for axes of extent 1. */
LAMELLA_INTERNAL int            mask_fits(const int64_t *mask, int32_t rank, const int64_t *lead, int32_t n_lead);

/* ---- stack_readings.c: every way to read a file ---- */

/* What of a file would be the stack. */
typedef struct stack_form {
    int32_t form;       /* LAMELLA_IO_FORM_... */
    int32_t layer_axis; /* what names it beside the prefix, 0 = nothing has to */
    family  layers;     /* FORM_LAYERS */
    int64_t entry;      /* the first array */
    int64_t n_layers;
} stack_form;

#define MOST_READINGS 64

typedef struct stack_readings {
    stack_form form[MOST_READINGS];
    int64_t    n;
    int        in_doubt;    /* there were several, if only one can be typed */
    int        one_array;   /* all are readings of one array */
    char       misfit[400]; /* "", or which array is no layer of the family that its name belongs to, and why */
} stack_readings;

LAMELLA_INTERNAL lamella_status readings_find(call *c, const lamella_io_file *f, stack_readings *r);
/* Of one array: along its first axis, its second, or as one layer with tokens; where the file's parts fit one of them only, that one. */
LAMELLA_INTERNAL void           readings_add_array(const lamella_io_file *f, int64_t entry, stack_readings *r);
LAMELLA_INTERNAL stack_form     form_of_family(const family *a);
LAMELLA_INTERNAL stack_form     form_of_array(const lamella_io_file *f, int64_t entry, int32_t layer_axis);
/* The prefix or the array that names a form, cut to fit; 0 if that is not what options->prefix would take. */
LAMELLA_INTERNAL int            form_name(const lamella_io_file *f, const stack_form *form, char *to, int64_t size);
/* 1: all members are layers of one stack; 0: which is not, and why. */
LAMELLA_INTERNAL int            family_fits(const lamella_io_file *f, const family *a, char text[400]);

/* ---- stack_form.c ---- */

LAMELLA_INTERNAL lamella_status stack_form_find(call *c, const lamella_io_file *f, const char *prefix, int32_t layer_axis, stack_form *form);

/* ---- stack_open.c ---- */

LAMELLA_INTERNAL lamella_status stack_open(call *c, const file_operations *ops, const char *path, const lamella_io_stack_options *options,
                                           lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault);

#endif

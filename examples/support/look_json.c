#include "support/look.h"
#include "support/text.h"
#include <string.h>

static void write_head(json *j, const request *r, const contents *c)
{
    json_open(j, NULL, '{');
    json_text(j, "lamella", lamella_version());
    json_text(j, "file", r->title);
    json_text(j, "format", c->format);
    json_integer(j, "bytes", c->n_bytes);
}

static void write_metadata(json *j, const contents *c)
{
    json_open(j, "metadata", '{');
    for (int64_t i = 0; i < c->n_metadata; i++)
        json_text(j, c->key[i], c->value[i]);
    json_close(j, '}');
}

static void write_array(json *j, const listed *a)
{
    json_open(j, NULL, '{');
    json_text(j, "name", a->name);
    json_text(j, "dtype", a->dtype);
    json_integers(j, "shape", a->shape, a->rank);
    json_integer(j, "bytes", a->n_bytes);
    json_close(j, '}');
}

static void write_layer(json *j, const layer *l)
{
    json_open(j, NULL, '{');
    json_integer(j, "depth", l->depth);
    json_integer(j, "rows", l->count[LAMELLA_MOMENTS_COUNT_ROWS]);
    json_integer(j, "width", l->width);
    json_text(j, "dtype", l->dtype);
    json_real(j, "norm_mean", l->norm[LAMELLA_MOMENTS_NORM_MEAN]);
    json_real(j, "norm_min", l->norm[LAMELLA_MOMENTS_NORM_MIN]);
    json_real(j, "norm_max", l->norm[LAMELLA_MOMENTS_NORM_MAX]);
    for (int i = 0; i < N_COUNT_NAMES; i++)
        json_integer(j, count_names[i].key, l->count[count_names[i].column]);
    json_integers(j, "outlier_dims", l->outlier, l->n_outliers);
    json_integers(j, "zero_dims", l->zero, l->n_zero);
    json_integers(j, "constant_dims", l->constant, l->n_constant);
    json_real(j, "share_eighth", l->share[LAMELLA_MOMENTS_SHARE_EIGHTH]);
    json_real(j, "share_quarter", l->share[LAMELLA_MOMENTS_SHARE_QUARTER]);
    json_real(j, "share_half", l->share[LAMELLA_MOMENTS_SHARE_HALF]);
    json_real(j, "cosine", l->cosine);
    json_close(j, '}');
}

static void write_labels(json *j, const layers *s)
{
    json_open(j, "labels", '[');
    for (int64_t i = 0; i < s->n_labels; i++) {
        json_open(j, NULL, '{');
        json_text(j, "name", s->labels[i].name);
        json_integer(j, "n", s->labels[i].n);
        json_integer(j, "distinct", s->labels[i].n_distinct);
        json_real(j, "least", s->labels[i].least);
        json_real(j, "greatest", s->labels[i].greatest);
        json_text(j, "not_read", *s->labels[i].why ? s->labels[i].why : NULL);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void look_json_stack(FILE *out, const request *r, const layers *s, const contents *c)
{
    json j = { out, 0, 0 };
    write_head(&j, r, c);
    json_open(&j, "stack", '{');
    json_text(&j, "form", s->form);
    json_text(&j, "name", s->prefix);
    json_integer(&j, "n_layers", s->n);
    json_integer(&j, "n_samples", s->n_samples);
    json_integer(&j, "n_depths", s->n_depths);
    json_bool(&j, "last_normed", s->last_normed);
    json_text(&j, "mask", *s->mask ? s->mask : NULL);
    json_text(&j, "tokens", *s->tokens ? s->tokens : NULL);
    write_labels(&j, s);
    json_open(&j, "layers", '[');
    for (int64_t l = 0; l < s->n; l++)
        write_layer(&j, &s->layer[l]);
    json_close(&j, ']');
    json_close(&j, '}');
    if (s->probed)
        look_json_probed(&j, s->probed);
    char *keep = take(c->n + 1, 1);
    layers_besides(s, c, keep);
    json_open(&j, "besides", '[');
    for (int64_t i = 0; i < c->n; i++)
        if (keep[i])
            write_array(&j, &c->array[i]);
    json_close(&j, ']');
    write_metadata(&j, c);
    json_close(&j, '}');
    json_end(&j);
}

void look_json_contents(FILE *out, const request *r, const contents *c)
{
    json j = { out, 0, 0 };
    write_head(&j, r, c);
    json_text(&j, "stack", NULL);
    json_text(&j, "why", c->why);
    json_open(&j, "arrays", '[');
    for (int64_t i = 0; i < c->n; i++)
        write_array(&j, &c->array[i]);
    json_close(&j, ']');
    json_open(&j, "rows", '[');
    for (int64_t i = 0; i < c->n_rows; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "name", c->row[i].name);
        json_integer(&j, "arrays", c->row[i].n);
        json_text(&j, "dtype", c->row[i].dtype);
        json_text(&j, "shape", c->row[i].shape);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_open(&j, "offers", '[');
    for (int64_t i = 0; i < c->n_offers; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "command", c->offers[i].command);
        json_text(&j, "what", c->offers[i].what);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    write_metadata(&j, c);
    json_close(&j, '}');
    json_end(&j);
}

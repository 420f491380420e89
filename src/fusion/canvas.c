#include "fusion/canvas.h"
#include "options/options.h"

#include <math.h>

#define BLOCK_ROOM (256 * 1024)
#define MOST_PIXELS 256
#define BLOCKS_A_BATCH 256 /* or fewer, where one pixel has more layers than a block has room for */
#define MOST_COLUMN ((int64_t)1 << 48) /* numbers that one pixel has in all layers: only views that repeat elements have more */

static const struct {
    const char *name;
    int         axes;
} canvas_inputs[N_CANVAS_INPUTS] = {
    { "colours", WITH_LAYERS | WITH_CHANNELS }, { "alpha", WITH_LAYERS },   { "options.depth", WITH_LAYERS },
    { "options.background", WITH_CHANNELS },    { "g_out", WITH_CHANNELS }, { "options.g_transmittance", 0 },
};

/* ---- checks ---- */

/* The extents that a view of the canvas has to have; returns their number. */
static int32_t canvas_shape(const canvas *v, int axes, int64_t *shape)
{
    const lamella_view *colours = &v->view[CANVAS_COLOURS];
    int32_t rank = 0;
    if (axes & WITH_LAYERS)
        shape[rank++] = colours->shape[0];
    for (int32_t a = 1; a + 1 < colours->rank; a++)
        shape[rank++] = colours->shape[a];
    if (axes & WITH_CHANNELS)
        shape[rank++] = colours->shape[colours->rank - 1];
    return rank;
}

lamella_status canvas_input(call *c, canvas *v, int input, const lamella_view *theirs)
{
    const char *name = canvas_inputs[input].name;
    int64_t shape[LAMELLA_MAX_RANK];
    TRY(view_check(c, &v->view[input], theirs, FLOATS, name));
    if (input == CANVAS_COLOURS && v->view[input].rank < 2)
        return fail(c, LAMELLA_ERR_SHAPE, "colours.rank is %d, expected 2 to %d: layers, pixels, channels", (int)v->view[input].rank,
                    LAMELLA_MAX_RANK);
    int32_t rank = canvas_shape(v, canvas_inputs[input].axes, shape);
    TRY(view_check_shape(c, &v->view[input], name, shape, rank));
    v->in[input] = pixels_of(&v->view[input], canvas_inputs[input].axes);
    v->has[input] = 1;
    return LAMELLA_OK;
}

lamella_status canvas_output(call *c, const canvas *v, const lamella_view *theirs, const char *name, int axes, pixels *p)
{
    lamella_view checked;
    int64_t shape[LAMELLA_MAX_RANK];
    int32_t rank = canvas_shape(v, axes, shape);
    TRY(view_check_out(c, &checked, theirs, F32, name, shape, rank));
    *p = pixels_of(&checked, axes);
    return LAMELLA_OK;
}

lamella_status canvas_wanted(call *c, const canvas *v, const lamella_view *theirs, const char *name, int axes, pixels *p)
{
    *p = (pixels){ .n = 0 };
    return theirs ? canvas_output(c, v, theirs, name, axes, p) : LAMELLA_OK;
}

static int64_t canvas_cells(const canvas *v)
{
    return MAX(v->n_layers, 1) * MAX(v->n_pixels, 1) * (v->n_channels + 1);
}

lamella_status canvas_check(call *c, const lamella_view *colours, const lamella_view *alpha, const lamella_fusion_over_options *options, canvas *v)
{
    int64_t column, all;
    *v = (canvas){ .simd = simd_of(c) };
    lowest_reset(&v->fault);
    TRY(canvas_input(c, v, CANVAS_COLOURS, colours));
    v->n_layers = v->in[CANVAS_COLOURS].n_layers;
    v->n_channels = v->in[CANVAS_COLOURS].n_channels;
    v->n_pixels = v->in[CANVAS_COLOURS].n;
    column = MAX(v->n_layers, 1) * (v->n_channels + 1); /* a view has fewer than 2^63 bytes */
    if (v->n_layers > INT32_MAX || column > MOST_COLUMN || !size_mul(MAX(v->n_pixels, 1), N_CANVAS_INPUTS * column, &all))
        return fail(c, LAMELLA_ERR_SHAPE, "colours has %lld layers of %lld pixels and %lld channels, expected fewer", (long long)v->n_layers,
                    (long long)v->n_pixels, (long long)v->n_channels);
    TRY(canvas_input(c, v, CANVAS_ALPHA, alpha));
    TRY(OPTIONS(c, v->o, options, fusion_over));
    if (v->o.depth)
        TRY(canvas_input(c, v, CANVAS_DEPTH, v->o.depth));
    return v->o.background ? canvas_input(c, v, CANVAS_BACKGROUND, v->o.background) : LAMELLA_OK;
}

/* ---- faults: numbered by input, layer, pixel and channel, so that the lowest is the same whatever thread found it ---- */

static void report_canvas_fault(canvas *v, int input, int64_t layer, int64_t pixel, int64_t channel)
{
    lowest_report(&v->fault, input * canvas_cells(v) + (layer * v->n_pixels + pixel) * (v->n_channels + 1) + channel);
}

static lamella_status canvas_fault(call *c, const canvas *v)
{
    int64_t at = lowest_get(&v->fault), input = at / canvas_cells(v), cell = at % canvas_cells(v);
    if (at == INT64_MAX)
        return LAMELLA_OK;
    int64_t channel = cell % (v->n_channels + 1), pixel = cell / (v->n_channels + 1) % v->n_pixels;
    int64_t layer = cell / (v->n_channels + 1) / v->n_pixels;
    double value = pixel_f64(&v->in[input], layer, pixel, channel);
    const char *expected = v->o.opacity == LAMELLA_FUSION_OPACITY_DENSITY ? "0 or more, or options.clamp" : "0 to 1, or options.clamp";
    lamella_status status = LAMELLA_ERR_ARGUMENT;
    number n;
    if (!isfinite(value)) {
        status = LAMELLA_ERR_NONFINITE;
        expected = "a finite number";
    } else if (input != CANVAS_ALPHA) {
        status = LAMELLA_ERR_NUMERIC;
        expected = "a number that f32 holds";
    }
    return fail(c, status, "%s is %s at layer %lld, pixel %lld, channel %lld, expected %s", canvas_inputs[input].name, number_text(value, &n),
                (long long)layer, (long long)pixel, (long long)channel, expected);
}

/* ---- one block: each loader returns 0 if it found a fault ---- */

/* n pixels of one layer of an input, [n, channel]; NULL: a fault. */
static const float *load_pixels(canvas *v, int input, int64_t layer, const canvas_block *b, char *room)
{
    const pixels *p = &v->in[input];
    const float *x = pixels_f32(p, v->simd, layer, b->first, b->n, room);
    int64_t n = b->n * p->n_channels, at = v->simd->nonfinite_f32(x, n);
    if (at >= n)
        return x;
    report_canvas_fault(v, input, layer, b->first + at / p->n_channels, at % p->n_channels);
    return NULL;
}

static int load_colours(canvas *v, canvas_block *b, char *room)
{
    for (int64_t k = 0; k < v->n_layers; k++) {
        b->colour[k] = load_pixels(v, CANVAS_COLOURS, k, b, room + k * pixels_room(&v->in[CANVAS_COLOURS], v->block));
        if (!b->colour[k])
            return 0;
    }
    return 1;
}

/* An input without layers: 1 if there is none. */
static int load_flat(canvas *v, int input, const canvas_block *b, char *room, const float **to)
{
    *to = v->has[input] ? load_pixels(v, input, 0, b, room) : NULL;
    return !v->has[input] || *to;
}

/* Alpha and its slope of one entry; 0 if it is refused. */
static int alpha_of(canvas *v, double entry, double *alpha, double *slope)
{
    int density = v->o.opacity == LAMELLA_FUSION_OPACITY_DENSITY, outside = entry < 0 || (!density && entry > 1);
    if (!isfinite(entry) || (outside && !v->o.clamp))
        return 0;
    double nearest = entry < 0 ? 0 : density ? entry : fmin(entry, 1);
    *alpha = density ? -expm1(-nearest * v->o.thickness) : nearest;
    *slope = outside ? 0 : density ? v->o.thickness * (1 - *alpha) : 1;
    if (outside)
        tally_add(&v->n_clamped, 1);
    return 1;
}

static int all_within(const double *x, int64_t n, double least, double most)
{
    int64_t within = 0;
    for (int64_t i = 0; i < n; i++)
        within += x[i] >= least && x[i] <= most;
    return within == n;
}

static int load_alphas(canvas *v, canvas_block *b, char *room)
{
    int straight = v->o.opacity == LAMELLA_FUSION_OPACITY_STRAIGHT;
    for (int64_t k = 0; k < v->n_layers; k++) {
        double *alpha = b->alpha + k * b->n, *slope = b->slope + k * b->n;
        pixels_f64(&v->in[CANVAS_ALPHA], v->simd, k, b->first, b->n, room, alpha);
        int usual = straight && all_within(alpha, b->n, 0, 1);
        for (int64_t i = 0; i < b->n; i++)
            if (usual)
                slope[i] = 1;
            else if (!alpha_of(v, alpha[i], &alpha[i], &slope[i])) {
                report_canvas_fault(v, CANVAS_ALPHA, k, b->first + i, 0);
                return 0;
            }
    }
    return 1;
}

/* Layers by falling depth, equal ones as indexed. Goes on behind a fault, whose layer may come after that of a later pixel. */
static int sort_layers(canvas *v, canvas_block *b, keyed_row *room)
{
    int good = 1;
    for (int64_t i = 0; i < b->n && b->order; i++) {
        for (int64_t k = 0; k < v->n_layers; k++) {
            double depth = pixel_f64(&v->in[CANVAS_DEPTH], k, b->first + i, 0);
            if (!isfinite(depth)) {
                report_canvas_fault(v, CANVAS_DEPTH, k, b->first + i, 0);
                good = 0;
            }
            room[k] = (keyed_row){ key_of_double(-depth), k };
        }
        sort_keyed(room, v->n_layers, room + v->n_layers);
        for (int64_t place = 0; place < v->n_layers; place++)
            b->order[i * v->n_layers + place] = (int32_t)room[place].row;
    }
    return good;
}

/* ---- all blocks ---- */

/* Where a task converts what it reads. */
typedef struct canvas_room {
    char      *alpha, *colours, *flat[3];
    keyed_row *sorted;
} canvas_room;

static void *cut_canvas_room(char *memory, int64_t *at, int64_t bytes)
{
    char *piece = memory ? memory + *at : NULL;
    *at += bytes;
    return piece;
}

/* Cuts a task's room, for `block` pixels; returns its bytes. memory NULL: these are all that is asked for. */
static int64_t cut_canvas_block(const canvas *v, int64_t block, int64_t extra, char *memory, canvas_block *b, canvas_room *r)
{
    int64_t k = v->n_layers, sorts = v->has[CANVAS_DEPTH], at = 0;
    b->colour = cut_canvas_room(memory, &at, whole_lines(k * (int64_t)sizeof(float *)));
    b->alpha = cut_canvas_room(memory, &at, whole_lines(k * block * (int64_t)sizeof(double)));
    b->slope = cut_canvas_room(memory, &at, whole_lines(k * block * (int64_t)sizeof(double)));
    r->alpha = cut_canvas_room(memory, &at, pixels_room(&v->in[CANVAS_ALPHA], block));
    b->order = sorts ? cut_canvas_room(memory, &at, whole_lines(k * block * (int64_t)sizeof(int32_t))) : NULL;
    r->sorted = cut_canvas_room(memory, &at, sorts ? whole_lines(2 * k * (int64_t)sizeof(keyed_row)) : 0);
    r->colours = cut_canvas_room(memory, &at, k * pixels_room(&v->in[CANVAS_COLOURS], block));
    for (int i = 0; i < 3; i++)
        r->flat[i] = cut_canvas_room(memory, &at, v->has[CANVAS_BACKGROUND + i] ? pixels_room(&v->in[CANVAS_BACKGROUND + i], block) : 0);
    b->rest = cut_canvas_room(memory, &at, extra * block);
    return at;
}

typedef struct canvas_pass {
    canvas *v;
    int64_t extra; /* bytes a pixel */
    scratch pieces;
    int64_t first_block;
    void  (*paint)(const canvas *v, const canvas_block *b, void *data);
    void   *data;
} canvas_pass;

static void task(int64_t i, void *data)
{
    canvas_pass *pass = data;
    canvas *v = pass->v;
    char *piece = scratch_claim(&pass->pieces);
    canvas_room r;
    canvas_block b = { .first = (pass->first_block + i) * v->block };
    b.n = MIN(v->block, v->n_pixels - b.first);
    cut_canvas_block(v, v->block, pass->extra, piece, &b, &r);
    if (load_colours(v, &b, r.colours) && load_alphas(v, &b, r.alpha) && sort_layers(v, &b, r.sorted) &&
        load_flat(v, CANVAS_BACKGROUND, &b, r.flat[0], &b.background) && load_flat(v, CANVAS_G_OUT, &b, r.flat[1], &b.g_out) &&
        load_flat(v, CANVAS_G_TRANSMITTANCE, &b, r.flat[2], &b.g_transmittance))
        pass->paint(v, &b, pass->data);
    scratch_release(&pass->pieces, piece);
}

lamella_status canvas_each(call *c, canvas *v, int64_t extra, void (*paint)(const canvas *v, const canvas_block *b, void *data), void *data)
{
    canvas_pass pass = { .v = v, .extra = extra, .paint = paint, .data = data };
    canvas_block b;
    canvas_room r;
    int64_t bytes = cut_canvas_block(v, 64, extra, NULL, &b, &r);
    v->block = MAX(1, MIN(MOST_PIXELS, BLOCK_ROOM / MAX(bytes / 64, 1)));
    bytes = cut_canvas_block(v, v->block, extra, NULL, &b, &r);
    TRY(scratch_open(c, bytes, &pass.pieces));
    int64_t n_blocks = (v->n_pixels + v->block - 1) / v->block;
    int64_t batch = MAX(MIN(BLOCKS_A_BATCH, BLOCKS_A_BATCH * BLOCK_ROOM / MAX(bytes, 1)), 1);
    for (; pass.first_block < n_blocks; pass.first_block += batch) {
        TRY(progress(c, pass.first_block, n_blocks));
        TRY(parallel(c, MIN(batch, n_blocks - pass.first_block), task, &pass));
        TRY(canvas_fault(c, v));
    }
    return progress(c, n_blocks, n_blocks);
}

/* fusion: layers combined. Shells cut from a photograph painted over each other, and hidden layers mixed into one read-out. */
#include "support/arrays.h"
#include "support/chart.h"
#include "support/concept.h"
#include "support/image.h"
#include "support/page.h"
#include "support/table.h"
#include "support/text.h"
#include "tour/tour.h"
#include <math.h>

enum { N_SHELLS = 4, MOST_ELLIPSES = 3, N_LAYERS = 7, N_MIXES = 2, N_READOUTS = N_LAYERS + N_MIXES };

/* A part of the photograph: what lies in one of its ellipses, at most as opaque as said. */
typedef struct shell {
    const char *name;
    double      opacity;
    int         n_ellipses;
    struct ellipse { double x, y, across, down, turn; } ellipse[MOST_ELLIPSES]; /* pixels, and degrees clockwise */
    double      covered; /* mean alpha */
} shell;

typedef struct fusion_found {
    int64_t  width, height;
    shell    shells[N_SHELLS];
    uint8_t *shell_pixels[N_SHELLS]; /* RGBA, half as wide and high */
    uint8_t *canvas;                 /* RGB */
    double   seen;                   /* mean transmittance: how much of the background shows */
    double   merged;                 /* largest difference to the canvas painted in two halves and merged */
    concept *readout;                /* `words` from each of N_READOUTS "layers" */
} fusion_found;

static const char *const readout_names[N_READOUTS] = {
    "layer 0", "layer 1", "layer 2", "layer 3", "layer 4", "layer 5", "layer 6", "mean of layers", "mean, normed",
};

/* ---- the canvas ---- */

static void set_shells(shell *s)
{
    s[0] = (shell){ "saucer", .6, 1, { { 278, 227, 201, 158, 8 } }, 0 };
    s[1] = (shell){ "spoon", .85, 2, { { 366, 283, 41, 44, 0 }, { 396, 160, 9, 94, 14 } }, 0 };
    s[2] = (shell){ "cup", 1, 3, { { 290, 113, 118, 95, 0 }, { 284, 190, 100, 94, 0 }, { 229, 268, 34, 42, 20 } }, 0 };
    s[3] = (shell){ "coffee", .9, 1, { { 288, 146, 82, 49, 0 } }, 0 };
}

/* 1 inside, 0 outside, with an edge three pixels soft. */
static double cover(const struct ellipse *e, double x, double y)
{
    double turn = e->turn * .017453292519943295, dx = x - e->x, dy = y - e->y;
    double u = (dx * cos(turn) + dy * sin(turn)) / e->across, v = (dy * cos(turn) - dx * sin(turn)) / e->down;
    double r = sqrt(u * u + v * v), inside = (1 - r) * fmin(e->across, e->down) / 3 + .5;
    return inside < 0 ? 0 : inside > 1 ? 1 : inside;
}

static void draw_alpha(const fusion_found *f, shell *s, float *alpha)
{
    for (int64_t y = 0; y < f->height; y++)
        for (int64_t x = 0; x < f->width; x++) {
            double most = 0;
            for (int i = 0; i < s->n_ellipses; i++)
                most = fmax(most, cover(&s->ellipse[i], (double)x, (double)y));
            alpha[y * f->width + x] = (float)(s->opacity * most);
            s->covered += s->opacity * most / (double)(f->width * f->height);
        }
}

/* Luma, a little dimmed. */
static void draw_background(const float *photograph, int64_t n, float *background)
{
    for (int64_t i = 0; i < n; i++) {
        const float *rgb = photograph + 3 * i;
        for (int k = 0; k < 3; k++)
            background[3 * i + k] = .8f * (.299f * rgb[0] + .587f * rgb[1] + .114f * rgb[2]);
    }
}

static uint8_t byte_of(double x)
{
    return (uint8_t)lround(255 * (x < 0 ? 0 : x > 1 ? 1 : x));
}

/* Every second pixel, with its alpha. */
static uint8_t *shell_pixels(const fusion_found *f, const float *photograph, const float *alpha)
{
    int64_t width = f->width / 2, height = f->height / 2;
    uint8_t *pixels = take(width * height * 4, 1);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) {
            int64_t from = 2 * y * f->width + 2 * x, to = y * width + x;
            for (int k = 0; k < 3; k++)
                pixels[4 * to + k] = byte_of(photograph[3 * from + k]);
            pixels[4 * to + 3] = byte_of(alpha[from]);
        }
    return pixels;
}

static lamella_view part_of(const lamella_view *shells, int64_t first, int64_t end)
{
    lamella_view part;
    tour_need(lamella_tensor_slice(shells, 0, first, end, 1, &part), "a part of the shells");
    return part;
}

/* The nearer and the farther half painted apart, then joined: how far that is from painting all at once. */
static double merge_difference(const tour *t, const lamella_view *colours, const lamella_view *alpha, const lamella_view *background,
                               const lamella_view *canvas)
{
    int64_t n = array_length(canvas), half = N_SHELLS / 2;
    lamella_view near = array_take(LAMELLA_F32, 3, canvas->shape), far = array_take(LAMELLA_F32, 3, canvas->shape);
    lamella_view joined = array_take(LAMELLA_F32, 3, canvas->shape);
    lamella_view near_t = array_take(LAMELLA_F32, 2, canvas->shape), far_t = array_take(LAMELLA_F32, 2, canvas->shape);
    lamella_view c = part_of(colours, half, N_SHELLS), a = part_of(alpha, half, N_SHELLS);
    const lamella_fusion_over_options options = { .struct_size = sizeof options, .background = background };
    const lamella_fusion_over_outputs behind_near = { .struct_size = sizeof behind_near, .transmittance = &near_t };
    const lamella_fusion_over_outputs behind_far = { .struct_size = sizeof behind_far, .transmittance = &far_t };
    tour_need(lamella_fusion_over(t->ctx, &c, &a, &near, NULL, &behind_near, NULL), "the nearer half");
    c = part_of(colours, 0, half), a = part_of(alpha, 0, half);
    tour_need(lamella_fusion_over(t->ctx, &c, &a, &far, &options, &behind_far, NULL), "the farther half");
    tour_need(lamella_fusion_over_merge(t->ctx, &near, &near_t, &far, &far_t, &joined, NULL), "the merge");
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)((float *)joined.data)[i] - ((float *)canvas->data)[i]));
    return most;
}

static void paint(const tour *t, fusion_found *f)
{
    lamella_view bytes = tour_array(t, tour_file(t, "coffee.npy"), ""), photograph;
    tour_need(array_cast(t->ctx, &bytes, LAMELLA_F32, &photograph), "the photograph");
    f->height = bytes.shape[0], f->width = bytes.shape[1];
    int64_t n = f->width * f->height;
    float *pixels = photograph.data;
    for (int64_t i = 0; i < 3 * n; i++)
        pixels[i] /= 255;
    /* all shells have the photograph's colours: one image, repeated by a stride of zero */
    lamella_view colours = photograph;
    colours.rank = 4;
    colours.flags |= LAMELLA_BROADCAST;
    for (int axis = 3; axis > 0; axis--)
        colours.shape[axis] = photograph.shape[axis - 1];
    colours.shape[0] = N_SHELLS;
    colours.stride[0] = 0, colours.stride[1] = 3 * f->width, colours.stride[2] = 3, colours.stride[3] = 1;
    lamella_view alpha = array_take(LAMELLA_F32, 3, (const int64_t[]){ N_SHELLS, f->height, f->width });
    lamella_view background = array_take(LAMELLA_F32, 3, photograph.shape), canvas = array_take(LAMELLA_F32, 3, photograph.shape);
    lamella_view transmittance = array_take(LAMELLA_F32, 2, photograph.shape);
    draw_background(pixels, n, background.data);
    set_shells(f->shells);
    for (int s = 0; s < N_SHELLS; s++) {
        float *mask = (float *)alpha.data + s * n;
        draw_alpha(f, &f->shells[s], mask);
        f->shell_pixels[s] = shell_pixels(f, pixels, mask);
    }
    const lamella_fusion_over_options options = { .struct_size = sizeof options, .background = &background };
    const lamella_fusion_over_outputs outputs = { .struct_size = sizeof outputs, .transmittance = &transmittance };
    tour_need(lamella_fusion_over(t->ctx, &colours, &alpha, &canvas, &options, &outputs, NULL), "the canvas");
    f->canvas = take(3 * n, 1);
    for (int64_t i = 0; i < 3 * n; i++)
        f->canvas[i] = byte_of(((float *)canvas.data)[i]);
    for (int64_t i = 0; i < n; i++)
        f->seen += ((float *)transmittance.data)[i] / (double)n;
    f->merged = merge_difference(t, &colours, &alpha, &background, &canvas);
}

/* ---- the mix ---- */

static void mix(const tour *t, const lamella_stack *stack, int32_t rows, const lamella_view *mixed)
{
    const lamella_fusion_mix_options options = { .struct_size = sizeof options, .rows = rows };
    tour_need(lamella_fusion_mix(t->ctx, stack, mixed, &options, NULL), "a mix of layers");
}

/* The layers and their mixes as layers of one stack, so that one call probes all on the same folds. */
static void probe_mixes(const tour *t, fusion_found *f)
{
    const lamella_io_file *file;
    lamella_stack states = tour_stack(t, "states.safetensors", &file);
    lamella_view layer[N_READOUTS];
    int64_t n, dim;
    tour_need(lamella_tensor_sizes(&states, 0, &n, &dim), "sizes");
    for (int l = 0; l < N_LAYERS; l++) {
        lamella_view half = tour_array(t, file, text_format("layer.%d", l));
        tour_need(array_cast(t->ctx, &half, LAMELLA_F32, &layer[l]), "a layer");
    }
    for (int m = 0; m < N_MIXES; m++)
        layer[N_LAYERS + m] = array_take(LAMELLA_F32, 2, (const int64_t[]){ n, dim });
    mix(t, &states, LAMELLA_FUSION_ROWS_RAW, &layer[N_LAYERS]);
    mix(t, &states, LAMELLA_FUSION_ROWS_LAYER_NORM, &layer[N_LAYERS + 1]);
    const lamella_stack readouts = { .struct_size = sizeof readouts, .layer = layer, .n_layers = N_READOUTS };
    int64_t median;
    lamella_view labels = array_of((void *)tour_long_ones(t, file, &median), LAMELLA_I64, 2, (const int64_t[]){ 1, n });
    lamella_status status;
    const concept_task task = { "words", text_format("more than %lld words", (long long)median) };
    f->readout = concepts_measure(t->ctx, &readouts, &labels, NULL, &task, 1, &status);
    tour_need(status, "probes of mixes");
}

static void *measure(const tour *t)
{
    fusion_found *f = take(1, sizeof *f);
    paint(t, f);
    probe_mixes(t, f);
    return f;
}

/* ---- as text and JSON ---- */

static void text_found(FILE *out, const void *found)
{
    const fusion_found *f = found;
    const concept *c = f->readout;
    table_column column[4];
    static const char *const title[] = { "shell, back to front", "opacity", "of the canvas" };
    fprintf(out, "a canvas of %lld x %lld pixels\n", (long long)f->width, (long long)f->height);
    for (int i = 0; i < 3; i++)
        column[i] = (table_column){ "", title[i], i == 0, take(N_SHELLS, sizeof *column->cell) };
    for (int s = 0; s < N_SHELLS; s++) {
        column[0].cell[s] = f->shells[s].name;
        column[1].cell[s] = text_format("%.2f", f->shells[s].opacity);
        column[2].cell[s] = text_format("%.1f %%", 100 * f->shells[s].covered);
    }
    table_write(out, column, 3, N_SHELLS, terminal_width(out));
    fprintf(out, "the background shows through %.1f %% of it; painted in two halves and merged it differs by at most %.1e\n\n",
            100 * f->seen, f->merged);
    fprintf(out, "probes for %s, * as good as the best\n", c->what);
    static const char *const heading[] = { "read-out", "accuracy ", "low", "high" };
    for (int i = 0; i < 4; i++)
        column[i] = (table_column){ "", heading[i], i == 0, take(N_READOUTS, sizeof *column->cell) };
    for (int r = 0; r < N_READOUTS; r++) {
        column[0].cell[r] = readout_names[r];
        column[1].cell[r] = text_format("%.3f%s", c->accuracy[r], c->as_good[r] ? "*" : " ");
        column[2].cell[r] = text_format("%.3f", c->low[r]);
        column[3].cell[r] = text_format("%.3f", c->high[r]);
    }
    table_write(out, column, 4, N_READOUTS, terminal_width(out));
}

static void json_found(json *j, const void *found)
{
    const fusion_found *f = found;
    json_open(j, "canvas", '{');
    json_integer(j, "width", f->width);
    json_integer(j, "height", f->height);
    json_open(j, "shells", '[');
    for (int s = 0; s < N_SHELLS; s++) {
        json_open(j, NULL, '{');
        json_text(j, "name", f->shells[s].name);
        json_real(j, "opacity", f->shells[s].opacity);
        json_real(j, "mean_alpha", f->shells[s].covered);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_real(j, "mean_transmittance", f->seen);
    json_real(j, "merge_difference", f->merged);
    json_close(j, '}');
    json_open(j, "readouts", '[');
    for (int r = 0; r < N_READOUTS; r++) {
        json_open(j, NULL, '{');
        json_text(j, "name", readout_names[r]);
        json_real(j, "accuracy", f->readout->accuracy[r]);
        json_real(j, "accuracy_low", f->readout->low[r]);
        json_real(j, "accuracy_high", f->readout->high[r]);
        json_bool(j, "as_good_as_best", f->readout->as_good[r]);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* ---- on the page ---- */

static void draw_image(FILE *out, const char *label, const uint8_t *pixels, int64_t width, int64_t height, int channels)
{
    fprintf(out, "<img width=\"%lld\" height=\"%lld\" alt=\"%s\" src=\"", (long long)width, (long long)height, label);
    image_write_uri(out, pixels, width, height, channels);
    fputs("\">\n", out);
}

static void page_canvas(FILE *out, const fusion_found *f)
{
    page_title(out, "A canvas of shells", "cut from one photograph by soft masks, farthest first; then painted over its grey self");
    fputs("<div class=\"two\">\n<div class=\"shells\">\n", out);
    for (int s = 0; s < N_SHELLS; s++) {
        const shell *a = &f->shells[s];
        fputs("<figure>", out);
        draw_image(out, text_format("the shell of the %s on nothing", a->name), f->shell_pixels[s], f->width / 2, f->height / 2, 4);
        page_figure_close(out, text_format("%d. %s", s + 1, a->name),
                          text_format("opacity %.2f, %.1f %% of the canvas", a->opacity, 100 * a->covered));
    }
    fputs("</div>\n<figure class=\"canvas\">", out);
    draw_image(out, "the composited canvas: a cup of coffee in colour on a grey table", f->canvas, f->width, f->height, 3);
    page_figure_close(out, text_format("All shells over the background, which shows through %.1f %% of the canvas. Painted in two halves and merged, "
                                       "the largest difference of any pixel is %.1e of full brightness.", 100 * f->seen, f->merged),
                      "Photograph: Rachel Michetti, CC0.");
    fputs("</div>\n", out);
}

static void page_mix(FILE *out, const concept *c)
{
    chart_interval row[N_READOUTS];
    double low = 1, high = 0;
    for (int r = 0; r < N_READOUTS; r++) {
        row[r] = (chart_interval){ readout_names[r], c->accuracy[r], c->low[r], c->high[r], c->as_good[r] };
        low = fmin(low, c->low[r]);
        high = fmax(high, c->high[r]);
    }
    page_figure_open(out, "Layers mixed into one read-out", text_format("probes for %s: each layer, and two mixes of all", c->what));
    chart_write_intervals(out, "Accuracy of probes of each layer and of two mixes", row, N_READOUTS, low, high);
    page_figure_close(out, text_format("Filled point: a paired bootstrap does not tell this read-out from the best, %s; hollow: it does. In \"mean, "
                                       "normed\" every row is brought to mean 0 and spread 1 first, so that no layer counts by its norm alone.",
                                       readout_names[c->best]), "");
}

static void page_found(FILE *out, const void *found)
{
    static const char *const name[] = { "lamella_fusion_over", "lamella_fusion_over_merge", "lamella_fusion_mix" };
    const fusion_found *f = found;
    page_canvas(out, f);
    page_mix(out, f->readout);
    tour_functions(out, name, 3);
}

const verb tour_fusion = {
    "fusion", "Layers combined: painted over each other where they have shapes, mixed where they have rows.",
    measure, text_found, json_found, page_found,
};

#include "support/arrays.h"
#include "support/look.h"
#include "support/text.h"

/* Each class against the rest; two classes are one task. */
static lamella_view tasks_of(const lamella_view *classes)
{
    int64_t n = classes->shape[1], n_distinct;
    const int64_t *label = classes->data;
    double *number = take(n, sizeof *number);
    for (int64_t i = 0; i < n; i++)
        number[i] = (double)label[i];
    const double *different = reals_distinct(number, n, &n_distinct);
    if (n_distinct == 2)
        return *classes;
    lamella_view tasks = array_take(LAMELLA_I64, 2, (const int64_t[]){ n_distinct, n });
    for (int64_t t = 0; t < n_distinct; t++)
        for (int64_t i = 0; i < n; i++)
            ((int64_t *)tasks.data)[t * n + i] = number[i] == different[t];
    return tasks;
}

int layers_probe(lamella_context *ctx, const request *r, layers *s, const contents *c, const lamella_stack *stack, const lamella_io_file *file)
{
    lamella_view classes, groups, tasks;
    lamella_status status;
    const char *group;
    probed *p = take(1, sizeof *p);
    if (labels_find(ctx, r, s, file, &classes, p) || groups_find(ctx, r, s, c, file, &groups, &group))
        return 1;
    p->concept = concepts_measure(ctx, stack, &classes, group ? &groups : NULL, &(concept_task){ p->name, p->what }, 1, &status);
    if (!p->concept)
        return probes_refuse("%s: %s", p->name, text_shown(lamella_last_error(), 0));
    if (!p->concept->possible)
        return probes_refuse("%s: no fold has two classes to train on and to test", p->name);
    p->no_grid = group ? "There is no grid of widths: it leaves out one row at a time, and rows of one group would tell each other." : "";
    tasks = tasks_of(&classes);
    if (!group && !(p->grid = widths_measure(ctx, stack, &tasks, p->name, &status)))
        return probes_refuse("%s at every width: %s", p->name, text_shown(lamella_last_error(), 0));
    if (group)
        p->source = text_format("%s; rows of one group stay together, by %s", p->source, text_shown(group, 60));
    s->probed = p;
    return 0;
}

/* Replays the committed seeds through their targets: seeds/TARGET/FILE. Then random calls, of which each operation has to do its work in at
 * least one of twenty: what is always refused at the door is not tested. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>

static int64_t replay_file(const char *path, void (*target)(const uint8_t *bytes, size_t n))
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(1 << 20);
    size_t n = f ? fread(bytes, 1, 1 << 20, f) : 0;
    if (f)
        fclose(f);
    bytes = realloc(bytes, n + !n); /* of exactly this size, for sanitizers */
    target(bytes, n);
    free(bytes);
    return f != NULL;
}

static int64_t replay(const char *name, void (*target)(const uint8_t *bytes, size_t n))
{
    char path[1000];
    int64_t replayed = 0;
    snprintf(path, sizeof path, "%s/%s", FUZZ_SEEDS, name);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s/%.200s", FUZZ_SEEDS, name, e->d_name);
            replayed += replay_file(path, target);
        }
    if (d)
        closedir(d);
    printf("%-12s %lld seeds\n", name, (long long)replayed);
    return replayed;
}

static int random_calls(void)
{
    enum { INPUTS = 3000, BYTES = 96 };
    uint64_t state = 1;
    int all_work = 1;
    for (int i = 0; i < INPUTS; i++) {
        uint8_t bytes[BYTES];
        for (int b = 0; b < BYTES; b++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bytes[b] = (uint8_t)(state >> 56);
        }
        fuzz_calls(bytes, BYTES);
    }
    for (const fuzz_count *n = fuzz_calls_counts(); n->name; n++) {
        printf("%-12s %6lld calls, %5.1f %% did their work\n", n->name, (long long)n->made, 100.0 * (double)n->done / (double)(n->made + !n->made));
        all_work &= n->done * 20 >= n->made && n->done > 0;
    }
    return all_work;
}

int main(void)
{
    int complete = 1;
#define FUZZ_REPLAY(name) complete &= replay(#name, fuzz_##name) > 0;
    FUZZ_TARGETS(FUZZ_REPLAY)
    return !(random_calls() && complete);
}

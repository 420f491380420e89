/* What names say: which words count layers, which count something else, which arrays are parts of a stack file and no layers. */
#include "io/stack.h"

/* The word before an integer: letters, up to one separator away. */
static const char *word_before(const char *name, int64_t at, int64_t *bytes)
{
    int64_t end = at, first;
    if (end > 0 && strchr("._-/ [(", name[end - 1]))
        end--;
    for (first = end; first > 0 && ((name[first - 1] | 32) >= 'a' && (name[first - 1] | 32) <= 'z'); first--)
        ;
    *bytes = end - first;
    return name + first;
}

static int is_word_of(const char *word, int64_t bytes, const char *const *words, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t same = 0;
        while (same < bytes && (word[same] | 32) == words[i][same])
            same++;
        if (same == bytes && !words[i][same])
            return 1;
    }
    return 0;
}

int name_counts_layers(const char *name, int64_t at)
{
    static const char *const words[] = { "layer", "layers", "block", "blocks", "blk", "h", "hs", "hidden", "state", "states", "depth", "l" };
    int64_t bytes;
    const char *word = word_before(name, at, &bytes);
    return is_word_of(word, bytes, words, LENGTH(words));
}

int name_counts_else(const char *name, int64_t at)
{
    static const char *const words[] = { "v", "ver", "version", "batch", "batches", "fold", "run", "seed", "trial", "step", "epoch", "head", "heads",
                                         "expert", "experts", "shard", "part", "chunk", "split", "sample", "token", "doc", "rank", "of", "copy" };
    int64_t bytes;
    const char *word = word_before(name, at, &bytes);
    return is_word_of(word, bytes, words, LENGTH(words));
}

static int is_name_of(const char *name, const char *const *names, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!strcmp(name, names[i]))
            return 1;
    return 0;
}

int name_is_mask(const char *name)
{
    static const char *const names[] = { "mask", "attention_mask", "attn_mask", "token_mask", "input_mask", "valid_mask" };
    return is_name_of(name, names, LENGTH(names)) || name_is_padding_mask(name);
}

int name_is_padding_mask(const char *name)
{
    static const char *const names[] = { "padding_mask", "pad_mask", "key_padding_mask", "src_key_padding_mask" };
    return is_name_of(name, names, LENGTH(names));
}

int name_is_part(const char *name)
{
    return !strcmp(name, "offsets") || !strcmp(name, "sample_id") || !strncmp(name, "label.", 6) || name_is_mask(name);
}

/* Files that could be read in several ways: which are listed, which one is taken, and what is refused by name. */
#include "io/stacks.h"

TEST(integers_anywhere_in_a_name_count)
{
    folder_make();
    FILE_OF(MATRIX("blocks.0.out"), MATRIX("blocks.1.out"), MATRIX("blocks.10.out"));
    equal_text(readings_of("f"), "blocks.{}.out/0/1 x3");
    TAKES(NULL, 0, "blocks.{}.out", LAMELLA_IO_FORM_LAYERS, 3);
    equal(depth_of[2], 10);
    TAKES("blocks.{}.out", 0, "blocks.{}.out", LAMELLA_IO_FORM_LAYERS, 3);
    TAKES("blocks.1.out", 0, "blocks.1.out", LAMELLA_IO_FORM_ONE_LAYER, 1);
    FILE_OF(MATRIX("0.x"), MATRIX("1.x"), MATRIX("x.0"));
    TAKES("{}.x", 0, "{}.x", LAMELLA_IO_FORM_LAYERS, 2);
    TAKES(NULL, 0, "{}.x", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("0"), MATRIX("1"));
    TAKES(NULL, 0, "", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("layer_0_0"), MATRIX("layer_0_1"), MATRIX("layer_1_0"), MATRIX("layer_1_1"));
    equal_text(readings_of("f"), "layer_{}_0/0/1 x2 layer_{}_1/0/1 x2");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), " could be several stacks: set options.prefix to one of \"layer_{}_0\" (2 layers), \"layer_{}_1\" (2 layers)");
    TAKES("layer_{}_1", 0, "layer_{}_1", LAMELLA_IO_FORM_LAYERS, 2);
    TAKES("layer_1_", 0, "layer_1_", LAMELLA_IO_FORM_LAYERS, 2); /* asked for by name */
    folder_remove();
}

TEST(an_array_and_the_family_behind_its_name_are_both_reached)
{
    folder_make();
    FILE_OF(MATRIX("h"), MATRIX("h0"), MATRIX("h1"));
    TAKES(NULL, 0, "h{}", LAMELLA_IO_FORM_LAYERS, 2);
    TAKES("h", 0, "h", LAMELLA_IO_FORM_ONE_LAYER, 1);
    TAKES("h{}", 0, "h{}", LAMELLA_IO_FORM_LAYERS, 2);
    folder_remove();
}

TEST(what_its_place_alone_does_not_tell_is_asked)
{
    folder_make();
    FILE_OF(MATRIX("emb_v1"), MATRIX("emb_v2"));
    equal_text(readings_of("f"), "emb_v/0/1 x2 emb_v1/0/4 x1 emb_v2/0/4 x1");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT),
               " could be several stacks: set options.prefix to one of \"emb_v\" (2 layers), \"emb_v1\", \"emb_v2\"");
    TAKES("emb_v", 0, "emb_v", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("batch_0"), MATRIX("batch_1"));
    equal_text(readings_of("f"), "batch_/0/1 x2 batch_0/0/4 x1 batch_1/0/4 x1");
    FILE_OF(MATRIX("z1"), MATRIX("z2")); /* no word, and not from 0 */
    equal_text(readings_of("f"), "z/0/1 x2 z1/0/4 x1 z2/0/4 x1");
    FILE_OF(MATRIX("h.1"), MATRIX("h.2"));
    TAKES(NULL, 0, "h.", LAMELLA_IO_FORM_LAYERS, 2);
    equal(depth_of[0], 1);
    FILE_OF(MATRIX("Block 1"), MATRIX("Block 2"));
    TAKES(NULL, 0, "Block ", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("layer-1"), MATRIX("layer-2")); /* layer 1, or the last */
    equal_text(readings_of("f"), "layer-/0/1 x2 layer-1/0/4 x1 layer-2/0/4 x1");
    FILE_OF(MATRIX("layer-0"), MATRIX("layer-1"));
    TAKES(NULL, 0, "layer-", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("h.5"));
    TAKES(NULL, 0, "h.5", LAMELLA_IO_FORM_ONE_LAYER, 1);
    equal(depth_of[0], 0);
    FILE_OF(MATRIX("layer.5"));
    TAKES(NULL, 0, "layer.", LAMELLA_IO_FORM_LAYERS, 1);
    equal(depth_of[0], 5);
    folder_remove();
}

TEST(a_misfit_is_named_with_its_reason_whatever_the_prefix)
{
    folder_make();
    FILE_OF(MATRIX("h.0"), MATRIX("h.1"), { "h.2", LAMELLA_F32, 2, { 3, 5 } }, { "proj.0", LAMELLA_F32, 2, { 6, 6 } }, { "proj.1", LAMELLA_F32, 2, { 6, 6 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"h.2\" differs from the first in more than its last axis");
    equal_text(readings_of("f"), "proj./0/1 x2");
    FILE_OF(MATRIX("h.0"), { "h.1", LAMELLA_I32, 2, { 4, 5 } });
    equal_text(says("h.", 0, LAMELLA_ERR_SHAPE), ": \"h.1\" is I32, the first F32");
    FILE_OF(MATRIX("h.0"), { "h.1", LAMELLA_F32, 1, { 5 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"h.1\" is no layer: its rank is not 2 to 4");
    FILE_OF(MATRIX("layer.-1"), MATRIX("layer.0"));
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"layer.-1\" has a negative number: layers are named by their depth, from 0 up");
    TAKES("layer.-1", 0, "layer.-1", LAMELLA_IO_FORM_ONE_LAYER, 1);
    FILE_OF(MATRIX("h.-1"), MATRIX("h.-2"));
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"h.-1\" has a negative number: layers are named by their depth, from 0 up");
    FILE_OF({ "x", LAMELLA_I32, 2, { 4, 5 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_DTYPE), " holds no stack: \"x\" is I32, expected floats");
    folder_remove();
}

/* [sample, dim], [sample, token, dim] and [sample, y, x, dim], whether a word says that they are layers or not. */
TEST(layers_have_two_to_four_axes)
{
    static const char *const patterns[] = { "layer.", "q." };
    char name[2][8], expected[32];
    folder_make();
    for (int i = 0; i < 2; i++)
        for (int rank = 1; rank <= 5; rank++) {
            for (int l = 0; l < 2; l++)
                snprintf(name[l], sizeof name[l], "%s%d", patterns[i], l);
            FILE_OF({ name[0], LAMELLA_F32, rank, { 2, 3, 2, 3, 2 } }, { name[1], LAMELLA_F32, rank, { 2, 3, 2, 3, 2 } });
            snprintf(expected, sizeof expected, "%s/0/1 x2", patterns[i]);
            check(!strncmp(readings_of("f"), expected, strlen(expected)) == (rank >= 2 && rank <= 4));
            if (rank >= 2 && rank <= 4)
                TAKES(patterns[i], 0, patterns[i], LAMELLA_IO_FORM_LAYERS, 2);
        }
    folder_remove();
}

TEST(one_array_is_read_along_an_axis_or_as_one_layer)
{
    folder_make();
    FILE_OF({ "s", LAMELLA_F32, 4, { 2, 3, 4, 5 } });
    equal_text(readings_of("f"), "s/1/2 x2 s/2/3 x3 s/-1/4 x1");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), ": \"s\" is [2, 3, 4, 5]: set options.layer_axis = 1 if that means [layer, sample, token, dim], "
               "2 if [sample, layer, token, dim], -1 if one layer [sample, y, x, dim]");
    TAKES(NULL, 2, "s", LAMELLA_IO_FORM_LAYER_SECOND, 3);
    TAKES(NULL, -1, "s", LAMELLA_IO_FORM_ONE_LAYER, 1);
    FILE_OF({ "s", LAMELLA_F32, 5, { 2, 3, 4, 5, 2 } });
    equal_text(readings_of("f"), "s/1/2 x2 s/2/3 x3");
    says(NULL, -1, LAMELLA_ERR_ARGUMENT);
    says(NULL, -2, LAMELLA_ERR_ARGUMENT);
    FILE_OF(BLOCK("s"), { "mask", LAMELLA_U8, 2, { 4, 5 } });
    TAKES(NULL, 0, "s", LAMELLA_IO_FORM_ONE_LAYER, 1);
    equal_text(taken.mask, "mask");
    FILE_OF(BLOCK("s"), { "mask", LAMELLA_U8, 1, { 5 } });
    TAKES(NULL, 0, "s", LAMELLA_IO_FORM_LAYER_FIRST, 4);
    FILE_OF(BLOCK("s"), { "sample_id", LAMELLA_I64, 1, { 5 } });
    TAKES(NULL, 0, "s", LAMELLA_IO_FORM_LAYER_FIRST, 4);
    folder_remove();
}

TEST(the_array_that_is_asked_about_need_not_be_the_first)
{
    folder_make();
    FILE_OF({ "a", LAMELLA_I32, 1, { 7 } }, { "h", LAMELLA_F32, 3, { 2, 3, 5 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT),
               ": \"h\" is [2, 3, 5]: set options.layer_axis = 1 if that means [layer, sample, dim], 2 if [token, layer, dim], -1 if one layer [sample, token, dim]");
    folder_remove();
}

TEST(a_mask_of_whole_numbers_becomes_bytes)
{
    int64_t mask[20], offsets[] = { 0, 1, 4 };
    lamella_io_file *file;
    folder_make();
    for (int i = 0; i < 20; i++)
        mask[i] = i % 3;
    lamella_view a[] = { view_of(LAMELLA_F32, x, 4, 5, 6), view_of(LAMELLA_I64, mask, 4, 1, 5), view_of(LAMELLA_I64, offsets, 3) };
    save_arrays("f", (const char *[]){ "layer.0", "attention_mask" }, a, 2);
    ok(open_with("f", NULL, 0, &file));
    equal_text(taken.mask, "attention_mask");
    check(opened.mask->dtype == LAMELLA_U8 && opened.mask->rank == 2 && opened.mask->shape[0] == 4 && opened.mask->shape[1] == 5);
    for (int i = 0; i < 20; i++)
        equal(((const uint8_t *)opened.mask->data)[i], i % 3 != 0);
    lamella_io_file_free(file);
    save_arrays("f", (const char *[]){ "layer.0", "padding_mask" }, a, 2);
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), ": set options.mask_marks = 1 if 1 in \"padding_mask\" is a token, 2 if it is padding");
    for (int32_t marks = LAMELLA_IO_MARKS_TOKENS; marks <= LAMELLA_IO_MARKS_PADDING; marks++) {
        lamella_io_stack_options options = { .struct_size = sizeof options, .mask_marks = marks };
        opened = (lamella_stack){ .struct_size = sizeof opened };
        ok(lamella_io_stack_open(NULL, in_folder("f"), &options, &file, &opened, NULL, NULL));
        for (int i = 0; i < 20; i++)
            equal(((const uint8_t *)opened.mask->data)[i], (i % 3 != 0) == (marks == LAMELLA_IO_MARKS_TOKENS));
        lamella_io_file_free(file);
    }
    mask[7] = -1;
    save_arrays("f", (const char *[]){ "layer.0", "attention_mask" }, a, 2);
    says(NULL, 0, LAMELLA_ERR_DTYPE);
    folder_remove();
}

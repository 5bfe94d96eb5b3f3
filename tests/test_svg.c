/*
 * test_svg.c - what squeezing takes out of a picture, and what it leaves.
 */
#include "harness/svg.h"

#include <string.h>

#include "tests/support/test.h"

static void assert_squeezed(const char *from, const char *to)
{
    char text[512];

    assert_true(strlen(from) < sizeof(text));
    strcpy(text, from);
    assert_int_equal(mg_svg_squeeze(text), strlen(to));
    assert_string_equal(text, to);
}

static void groups_that_hold_nothing_go(void **state)
{
    (void)state;
    assert_squeezed("<svg>\n<g a=\"1\">\n</g>\n</svg>", "<svg></svg>");
    assert_squeezed("<g a=\"1\">\n\t<g b=\"2\">\n</g>\n<g c=\"3\">\n</g>\n</g>x", "x");
    assert_squeezed("<g id=\"p\" ><title>$a using 1:2</title>\n</g>\n", "");
}

static void what_draws_stays(void **state)
{
    (void)state;
    assert_squeezed("<g a=\"1\">\n<path d='M0,0 L1,1  '/></g>\n",
                    "<g a=\"1\"><path d='M0,0 L1,1  '/></g>");
    assert_squeezed("<svg \n width=\"7\"\n xmlns=\"x\"\n>", "<svg   width=\"7\"  xmlns=\"x\" >");
    assert_squeezed("<path d='M0,0\nL1,1'/>", "<path d='M0,0 L1,1'/>");
    assert_squeezed("<g fill=\"none\" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"><a/></g>",
                    "<g fill=\"none\"><a/></g>");
}

static void colours_are_hex(void **state)
{
    (void)state;
    assert_squeezed("<g stroke=\"rgb( 26, 128,   0)\"><a fill='rgb(255,0,16)'/></g>",
                    "<g stroke=\"#1a8000\"><a fill='#ff0010'/></g>");
    assert_squeezed("<g a=\"rgb(256,0,0)\"><b c='rgb(1,2)'/></g>",
                    "<g a=\"rgb(256,0,0)\"><b c='rgb(1,2)'/></g>");
    assert_squeezed("<text>rgb(1,2,3)</text>", "<text>rgb(1,2,3)</text>");
}

/* Data becomes text: none of it may be taken for markup or be changed. */
static void words_keep_every_byte(void **state)
{
    (void)state;
    assert_squeezed("<text>a\n\tb &lt;title&gt;</text>\n<text></text>",
                    "<text>a\n\tb &lt;title&gt;</text><text></text>");
    assert_squeezed("<text>no end", "<text>no end");
    assert_squeezed("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_that_hold_nothing_go),
        cmocka_unit_test(what_draws_stays),
        cmocka_unit_test(colours_are_hex),
        cmocka_unit_test(words_keep_every_byte),
    };

    return cmocka_run_group_tests_name("svg", tests, NULL, NULL);
}

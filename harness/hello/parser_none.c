/* No parser library: the program is built all the same, and its hello server cannot serve. */
#include "harness/hello/parser.h"

const char *hello_parser_library(void)
{
    return NULL;
}

void hello_parser_init(struct hello_parser *parser, const struct hello_parser_calls *calls)
{
    parser->calls = calls;
}

enum hello_parsed hello_parser_feed(struct hello_parser *parser, const char *data, size_t length,
                                    size_t *used)
{
    (void)parser, (void)data, (void)length;
    *used = 0;
    return HELLO_MALFORMED;
}

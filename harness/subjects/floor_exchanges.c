#include "harness/subjects/floor_exchanges.h"

#include "backends/syscalls.h"
#include "harness/contract/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Descriptors that are no connections; the table grows should there be more. */
#define OTHER_FILES 64

static int grow(struct exchanges *exchanges, unsigned places)
{
    struct exchange *grown = realloc(exchanges->by_fd, places * sizeof *grown);
    if (!grown)
        return -ENOMEM;
    memset(grown + exchanges->places, 0,
           (places - exchanges->places) * sizeof *grown); /* touched before it is timed */
    exchanges->by_fd = grown;
    exchanges->places = places;
    return 0;
}

int exchanges_open(struct exchanges *exchanges, const struct accept_setup *setup)
{
    exchanges->bytes = setup->bytes;
    exchanges->response = malloc(setup->bytes);
    if (!exchanges->response)
        return -ENOMEM;
    memset(exchanges->response, EXCHANGE_RESPONSE_BYTE, setup->bytes);
    return grow(exchanges, setup->capacity + setup->budget + OTHER_FILES);
}

void exchanges_close(struct exchanges *exchanges)
{
    for (unsigned fd = 0; fd < exchanges->places; fd++)
        if (exchanges->by_fd[fd].is_open)
            sys.close((int)fd);
    free(exchanges->response);
    free(exchanges->by_fd);
    *exchanges = (struct exchanges){0};
}

int exchanges_begin(struct exchanges *exchanges, int fd)
{
    int r = 0;
    if ((unsigned)fd >= exchanges->places)
        r = grow(exchanges, 2 * (unsigned)fd);
    if (r < 0)
        sys.close(fd);
    else
        exchanges->by_fd[fd] = (struct exchange){.is_open = true};
    return r;
}

#include "harness/generator/client.h"

#include "backends/clock.h"
#include "harness/base/problem.h"
#include "harness/generator/control.h"
#include "harness/generator/load_commands.h"
#include "harness/generator/report_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOST "127.0.0.1"

struct generator_client {
    struct control control;
    char *problem;
};

int generator_client_open(struct generator_client **out, int fd, char *problem)
{
    struct generator_client *client = malloc(sizeof *client);
    int r = client ? control_open(&client->control, fd) : -ENOMEM;
    if (r < 0) {
        free(client);
        return problem_say(problem, r, "opening the control channel: %s", strerror(-r));
    }
    client->problem = problem;
    *out = client;
    return 0;
}

void generator_client_close(struct generator_client *client)
{
    control_close(&client->control);
    free(client);
}

/* Both take the reference of the command. */
static int send_command(struct generator_client *client, json_t *command)
{
    int r = control_send(&client->control, command);
    return r < 0 ? problem_say(client->problem, r, "sending a command to the generator: %s",
                               strerror(-r))
                 : 0;
}

static int ask(struct generator_client *client, json_t *command)
{
    return control_ask(&client->control, command, clock_now_ns() + GENERATOR_TIMEOUT_NS, NULL,
                       client->problem);
}

static json_t *plain(const char *command)
{
    return json_pack("{s:s}", "do", command);
}

/* ---- connections ---- */

/* Takes the reference of the command. */
static int fill(struct generator_client *client, json_t *command, unsigned count)
{
    json_t *reply;
    int r = control_ask(&client->control, command, clock_now_ns() + GENERATOR_TIMEOUT_NS, &reply,
                        client->problem);
    if (r < 0)
        return r;
    json_int_t connected = json_integer_value(json_object_get(reply, "connected"));
    json_decref(reply);
    return connected == (json_int_t)count
               ? 0
               : problem_say(client->problem, -EPROTO,
                             "the generator made %lld connections instead of %u",
                             (long long)connected, count);
}

int generator_fill(struct generator_client *client, uint16_t port, unsigned count)
{
    return fill(client,
                json_pack("{s:s, s:s, s:i, s:I}", "do", "fill", "host", HOST, "port", (int)port,
                          "count", (json_int_t)count),
                count);
}

int generator_fill_path(struct generator_client *client, const char *path, unsigned count)
{
    return fill(
        client,
        json_pack("{s:s, s:s, s:I}", "do", "fill", "path", path, "count", (json_int_t)count),
        count);
}

int generator_hold(struct generator_client *client)
{
    return ask(client, plain("hold"));
}

int generator_drop(struct generator_client *client)
{
    return ask(client, plain("drop"));
}

int generator_release(struct generator_client *client)
{
    return ask(client, plain("release"));
}

/* ---- loads ---- */

int generator_steady(struct generator_client *client, uint16_t port, unsigned conns, double limit_s)
{
    return ask(client, json_pack("{s:s, s:s, s:i, s:I, s:f}", "do", "steady", "host", HOST, "port",
                                 (int)port, "conns", (json_int_t)conns, "limit_s", limit_s));
}

int generator_rate(struct generator_client *client, uint16_t port,
                   const struct generator_load *load)
{
    return ask(client, json_pack("{s:s, s:s, s:i, s:f, s:s, s:I, s:I, s:I, s:f}", "do", "rate",
                                 "host", HOST, "port", (int)port, "rate", load->rate_per_s,
                                 "arrivals", load_arrivals[load->arrivals], "seed",
                                 (json_int_t)load->seed, "bytes", (json_int_t)load->bytes, "conns",
                                 (json_int_t)load->conns, "limit_s", load->limit_s));
}

int generator_echo(struct generator_client *client, unsigned active, unsigned bytes,
                   unsigned pipeline, double limit_s)
{
    return ask(client, json_pack("{s:s, s:I, s:I, s:I, s:f}", "do", "echo", "active",
                                 (json_int_t)active, "bytes", (json_int_t)bytes, "pipeline",
                                 (json_int_t)pipeline, "limit_s", limit_s));
}

int generator_send_mark(struct generator_client *client)
{
    return send_command(client, plain("mark"));
}

int generator_send_stop(struct generator_client *client)
{
    return send_command(client, plain("stop"));
}

int generator_take_mark(struct generator_client *client, uint64_t deadline_ns)
{
    return control_reply(&client->control, deadline_ns, NULL, client->problem);
}

/* ---- the report ---- */

static int keep_histograms(struct generator_client *client, json_t *histograms,
                           struct outcome *outcome)
{
    const char *name;
    json_t *value;
    json_object_foreach(histograms, name, value)
    {
        struct histogram *histogram = outcome_add_histogram(outcome, name);
        if (histogram == NULL)
            return problem_say(client->problem, -ENOMEM,
                               "out of memory while taking the generator's histograms");
        if (histogram_from_json(histogram, value) < 0)
            return problem_say(client->problem, -EPROTO,
                               "the generator's histogram %s is not understood", name);
    }
    return 0;
}

int generator_take_report(struct generator_client *client, uint64_t deadline_ns,
                          struct outcome *outcome, bool histograms)
{
    char what[PROBLEM_BYTES];
    json_t *reply;
    int r = control_reply(&client->control, deadline_ns, &reply, client->problem);
    if (r < 0)
        return r;
    if (outcome != NULL) {
        r = generator_report_from_json(&outcome->generator, json_object_get(reply, "report"), what);
        if (r < 0)
            problem_say(client->problem, -EPROTO, "the generator's report is not understood: %s",
                        what);
        outcome->has_generator = r == 0;
        r = r < 0 ? -EPROTO : 0;
    }
    if (r == 0 && outcome != NULL && histograms)
        r = keep_histograms(client, json_object_get(reply, "histograms"), outcome);
    json_decref(reply);
    return r;
}

int generator_stop(struct generator_client *client, struct outcome *outcome, bool histograms)
{
    int r = generator_send_stop(client);
    return r < 0 ? r
                 : generator_take_report(client, clock_now_ns() + GENERATOR_TIMEOUT_NS, outcome,
                                         histograms);
}

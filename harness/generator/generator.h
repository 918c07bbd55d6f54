/* The load generator: a process of its own, told what to do over the control channel. A workload
 * tells it through client.h; this is what goes over the wire, one JSON object a line.
 *
 * {"do":"fill","host":"127.0.0.1","port":P,"count":N} makes N connections more, all or none. It is
 * answered by {"ok":true,"connected":N,"source_addresses":K}. With "path":P in place of host and
 * port it connects to a unix socket.
 *
 * {"do":"hold"}: the connections of this moment are the idle ones, kept from now on.
 *
 * {"do":"drop"} resets all but the held ones.
 *
 * {"do":"release"} resets all, and none is held any more.
 *
 * {"do":"steady","host":H,"port":P,"conns":C,"limit_s":S} begins a closed loop, see closed_loop.h;
 * it ends by itself after limit_s.
 *
 * {"do":"rate","host":H,"port":P,"rate":R,"arrivals":A,"seed":N,"bytes":B,"conns":C,"limit_s":S}
 * begins an open loop, see open_loop.h; A is "constant", "poisson" or "endless". It ends as a
 * closed loop does.
 *
 * {"do":"echo","active":A,"bytes":B,"pipeline":P,"limit_s":L} begins a closed loop of messages on A
 * of the connections that there are, see echo_load.h; they stay open. It ends as a closed loop
 * does.
 *
 * {"do":"mark"}: the measured window begins. Without a load it always begins when a reply has been
 * sent.
 *
 * {"do":"stop"}: the window ends. It is answered by {"ok":true,"report":{...},"histograms":{...}},
 * see report_json.h.
 *
 * {"do":"quit"} is as the end of the channel.
 *
 * Replies are {"ok":true,...} or {"ok":false,"problem":"a sentence"}, after which it waits for the
 * next command as before. Nothing is ever half done: a load that fails leaves no connection of it
 * open. */
#ifndef HARNESS_GENERATOR_GENERATOR_H
#define HARNESS_GENERATOR_GENERATOR_H

/* Serves one control channel to its end, and closes it. cpu: the one to stay on, -1 for any.
 * helper_cpu: where a second thread makes and ends its share of the connections of "fill", "drop"
 * and "release", -1 for none: the subject's, whose thread sleeps until the reply has come. Returns
 * the exit status of the process: 0, or 3 with a sentence on standard error when the channel broke.
 */
int generator_main(int control_fd, int cpu, int helper_cpu);

#endif

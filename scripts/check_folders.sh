#!/usr/bin/env bash
# Checks who includes whom, and that what only one system has stays in files named for it:
#   harness -> loop -> backends -> libc and kernel; nothing includes tests, no backend includes another;
#   each room of harness/ includes only those before it; JSON stays where it belongs; no files of one folder call each
#   other in a circle.
# Prints FILE:LINE: RULE for each breach. Usage: scripts/check_folders.sh [FOLDER]
# Exit status: 0 none found, 1 some found, 2 nothing to check.
set -euo pipefail

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

files=()
while IFS= read -r file; do
    files+=("$file")
done < <(find backends loop harness tests -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
if [ ${#files[@]} = 0 ]; then
    echo "check_folders: no C files under $PWD" >&2
    exit 2
fi

# A mechanism is what defines a table of operations; its file's name is its name.
mechanisms=$(grep -lE '^(static )?(const )?struct backend_ops [a-z_]+ = *\{?' backends/*.c 2>/dev/null | sed 's,.*/,,; s,\.c$,,' || true)

LC_ALL=C awk -v mechanisms="$mechanisms" '
BEGIN {
    level["backends"] = 1; level["loop"] = 2; level["harness"] = 3; level["tests"] = 4
    for (i = 1; i < ARGC; i++)
        sources[ARGV[i]]
    mechanism_count = split(mechanisms, mechanism, /[ \n]+/)
    # The rooms of harness/ in their order; what lies on top of it comes after them, and is no room.
    count = split("base stats system contract generator subjects workloads plan record analysis execute report charts " \
        "page compare calibrate hello", rooms, " ")
    for (i = 1; i <= count; i++)
        place[rooms[i]] = i
    place[""] = count + 1
    json_file = "^harness/(record/|generator/|[^/]*$)" \
        "|^harness/(compare/json|calibrate/file(_read)?|page/data|system/manifest|hello/command|execute/trial_request)\\.c$"

    linux_file = "(_linux\\.[ch]$|epoll|io_uring)[^/]*$"
    linux_header = "^(linux/.*|asm/.*|sys/(epoll|eventfd|timerfd|signalfd|inotify|prctl|sendfile|syscall|sysmacros)\\.h" \
        "|liburing\\.h|liburing/.*)$"
    linux_call = "epoll_(create1?|ctl|p?wait2?)|eventfd(_read|_write)?|timerfd_[a-z]+|signalfd|inotify_[a-z0-9_]+" \
        "|prctl|perf_event_open|io_uring_[a-z0-9_]+|syscall|gettid|sched_[sg]etaffinity" \
        "|pthread_[sg]etaffinity_np|sched_getcpu|prlimit|splice|CPU_(ZERO|SET|ISSET|COUNT)"
    linux_name = "EREMOTEIO|ENOTUNIQ|EBADFD|EREMCHG|ESTRPIPE|EUCLEAN|MSG_ERRQUEUE|MSG_MORE|SO_BINDTODEVICE" \
        "|SO_INCOMING_CPU|TCP_DEFER_ACCEPT|TCP_QUICKACK|TCP_CORK|CLOCK_MONOTONIC_RAW|CLOCK_BOOTTIME|CLOCK_TAI" \
        "|RUSAGE_THREAD|MAP_POPULATE|O_DIRECT|O_TMPFILE|O_PATH"
    bsd_file = "kqueue[^/]*$|^tests/fakes/kqueue/"
    bsd_header = "^sys/event\\.h$"
    bsd_call = "kqueue1?|kevent"
    # Linux and the BSDs have these, macOS does not: one file bridges the difference for all others.
    bridge_file = "^backends/syscalls\\.[ch]$"
    bridge_call = "accept4|ppoll|pipe2"
}

FNR == 1 {
    folder = FILENAME
    sub(/\/.*/, "", folder)
    room = room_of(FILENAME)
    in_comment = 0
    defined = ""
    if (!(room in place))
        breach(folder == "tests" ? "tests/harness mirrors the rooms of harness/: \"" room "\" is none" : \
            "harness/" room " is no room in the order of this script")
}
{ split_line($0) }
bare ~ /^[ \t]*#[ \t]*include[ \t]*[<"]/ { check_include(); next }
{ check_calls() }
# Of loop/ the files call each other by design: closing a handle ends in the file of its kind.
folder ~ /^(backends|harness)$/ && FILENAME ~ /\.c$/ { collect_calls() }
END {
    find_circles()
    exit breaches > 0
}

# Of a file below harness/ or tests/harness/; "" on top of it, and elsewhere.
function room_of(path) {
    if (path !~ /^(tests\/)?harness\/[^\/]*\//)
        return ""
    sub(/^(tests\/)?harness\//, "", path)
    sub(/\/.*/, "", path)
    return path
}

# Sets bare (the line without comments) and code (without strings too).
function split_line(line,    at) {
    bare = code = ""
    while (line != "") {
        if (in_comment) {
            if ((at = index(line, "*/")) == 0) return
            line = substr(line, at + 2)
            in_comment = 0
        } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/)) {
            bare = bare substr(line, 1, RSTART - 1)
            code = code substr(line, 1, RSTART - 1)
            token = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            if (token == "//") return
            if (token == "/*") in_comment = 1
            else bare = bare token
        } else {
            bare = bare line
            code = code line
            return
        }
    }
}

function breach(rule) { print FILENAME ":" FNR ": " rule; breaches++ }

# The mechanism that a file of backends/ belongs to: poll for poll.c and poll_set.h, "" for a shared helper.
function mechanism_of(path,    name, best, i) {
    name = path
    sub(/^.*\//, "", name); sub(/\.[ch]$/, "", name)
    best = ""
    for (i = 1; i <= mechanism_count; i++)
        if (mechanism[i] != "" && index(name "_", mechanism[i] "_") == 1 &&
            (best == "" || length(mechanism[i]) < length(best)))
            best = mechanism[i]
    return best
}

function check_include(    path, target) {
    path = bare
    sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", path)
    sub(/[>"].*/, "", path)
    target = path
    sub(/\/.*/, "", target)
    if (bare !~ /</)
        check_own(path, target)
    if (path == "jansson.h" && folder == "harness" && FILENAME !~ json_file)
        breach("a run is typed: JSON is read and written in record/, generator/ and where a command prints it")
    if ((path ~ linux_header || path ~ /_linux\.h$/) && FILENAME !~ linux_file)
        breach("only Linux has <" path ">: it belongs in a file named for it (*_linux, *epoll*, *io_uring*)")
    if (path ~ bsd_header && FILENAME !~ bsd_file)
        breach("only BSD and macOS have <" path ">: it belongs in a file named for it (*kqueue*)")
}

function check_own(path, target,    own, theirs) {
    own = FILENAME
    sub(/[^\/]*$/, path, own)
    if (target == path && !(own in sources))
        return # generated: it is in the build folder
    if (!(target in level) || target == path) {
        breach("\"" path "\" is not written from the top (\"folder/file.h\")")
        return
    }
    if (target == "tests" && folder != "tests")
        breach("nothing includes tests, " folder " includes \"" path "\"")
    else if (level[target] > level[folder])
        breach(folder " may not include " target " (harness -> loop -> backends): \"" path "\"")
    if (folder == "harness" && target == "harness")
        check_rooms(path, room_of(path))
    theirs = target == "backends" ? mechanism_of(path) : ""
    if (theirs == "")
        return
    if (folder == "loop")
        breach("the loop includes the contract and its helpers, no mechanism: \"" path "\"")
    else if (folder == "backends" && FILENAME != "backends/registry.c" && mechanism_of(FILENAME) != theirs)
        breach("a backend includes no other mechanism: \"" path "\"")
}

function check_rooms(path, their_room) {
    if (!(room in place) || room == their_room)
        return
    if (their_room == "")
        breach("a room may not include what lies on top of harness/: \"" path "\"")
    else if (!(their_room in place))
        breach("harness/" their_room " is no room in the order of this script: \"" path "\"")
    else if (place[their_room] > place[room])
        breach("harness/" room " may not include harness/" their_room ", which comes after it: \"" path "\"")
}

function calls(names) { return code ~ ("(^|[^A-Za-z0-9_.>])(" names ")[ \t]*\\(") }

function check_calls() {
    if (FILENAME !~ linux_file && calls(linux_call))
        breach("only Linux has this call: it belongs in a file named for it (*_linux, *epoll*, *io_uring*)")
    if (FILENAME !~ linux_file && code ~ ("(^|[^A-Za-z0-9_])(" linux_name ")([^A-Za-z0-9_]|$)"))
        breach("only Linux has this name: it belongs in a file named for it (*_linux, *epoll*, *io_uring*)")
    if (FILENAME !~ bsd_file && calls(bsd_call))
        breach("only BSD and macOS have this call: it belongs in a file named for it (*kqueue*)")
    if (FILENAME !~ linux_file && FILENAME !~ bridge_file && calls(bridge_call))
        breach("not every Unix has this call: backends/syscalls.h has it for all of them")
}

# Which functions a file defines, and which it calls. A definition begins at the left edge, and its "{" stands there, too.
function collect_calls(    rest, name, before) {
    if (code ~ /^[A-Za-z_].*\(/ && code !~ /^typedef/) {
        defined = code
        sub(/[ \t]*\(.*/, "", defined)
        sub(/.*[^A-Za-z0-9_]/, "", defined)
        is_static = code ~ /^static/
    }
    if (code ~ /^\{/ && defined != "") {
        if (is_static)
            is_local[FILENAME, defined]
        else
            definers[defined] = definers[defined] " " FILENAME
    }
    if (code ~ /^[{}]/ || code ~ /;[ \t]*$/)
        defined = ""
    before = ""
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : before
        name = substr(rest, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        rest = substr(rest, RSTART + RLENGTH)
        if (before !~ /[.>]/ && !((FILENAME, name) in call_line)) {
            call_line[FILENAME, name] = FNR
            called[FILENAME] = called[FILENAME] " " name
        }
        before = "("
    }
}

function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }

# edges[file]: the files of its folder that it calls into.
function find_circles(    file, names, count, i, k, files, others) {
    for (file in called) {
        count = split(called[file], names, " ")
        for (i = 1; i <= count; i++) {
            if ((file, names[i]) in is_local || index(definers[names[i]] " ", " " file " ") > 0)
                continue # its own: of two files that define a function, a system has one
            others = split(definers[names[i]], files, " ")
            for (k = 1; k <= others; k++) {
                if (files[k] != file && folder_of(files[k]) == folder_of(file) && !((file, files[k]) in edge_line)) {
                    edge_line[file, files[k]] = call_line[file, names[i]]
                    edges[file] = edges[file] " " files[k]
                }
            }
        }
    }
    for (i = 1; i < ARGC; i++)
        walk(ARGV[i], "")
}

# Depth first; state: 1 on the way here, 2 done with.
function walk(file, way,    next_files, count, i, circle) {
    state[file] = 1
    count = split(edges[file], next_files, " ")
    for (i = 1; i <= count; i++) {
        if (state[next_files[i]] == 1) {
            circle = way " " file " "
            circle = substr(circle, index(circle, " " next_files[i] " ") + 1) next_files[i]
            gsub(/ +/, " -> ", circle)
            print file ":" edge_line[file, next_files[i]] ": these files call each other in a circle: " circle
            breaches++
        } else if (state[next_files[i]] != 2) {
            walk(next_files[i], way " " file)
        }
    }
    state[file] = 2
}
' "${files[@]}"

# Shared by the command-line tests: source it with the path of pollbench as $1. Each test is a function
# whose name is its sentence; run_tests runs them all, each in a new empty folder.

pollbench=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

# test.sh has asked already; by hand it is asked here.
python=${POLLBENCH_PYTHON:-$("$sources/scripts/find_program.sh" python3)}
gnuplot=${POLLBENCH_GNUPLOT:-$("$sources/scripts/find_program.sh" gnuplot 2>/dev/null)}
[ -z "$gnuplot" ] || PATH=$(dirname "$gnuplot"):$PATH # pollbench starts the first

# The smallest thing that can be measured: one cell, a few milliseconds a trial.
small=(accept --set mode=drain --set queue=20 --set idle=0 --backends poll)

# One that goes on, with all of its cells, whatever is decided.
endless=(accept --all-rounds --set mode=drain --set queue=1,2 --set idle=0 --backends "select,poll,null"
    --rounds 100000 --time 1h)

fail() {
    echo "FAILED: $*"
    echo "  status: $status, standard error:"
    sed 's/^/    /' err
    return 1
}

# Runs pollbench with the arguments: $status, and the files out and err.
pb() {
    status=0
    "$pollbench" "$@" >out 2>err || status=$?
}

expect_status() { # STATUS
    [ "$status" = "$1" ] || fail "exit status $status instead of $1"
}

expect_error() { # TEXT...: standard error has each
    local text
    for text in "$@"; do
        grep -qF -- "$text" err || fail "no \"$text\" on standard error" || return 1
    done
}

expect_no_error() { # TEXT
    ! grep -qF -- "$1" err || fail "\"$1\" on standard error"
}

# A Python expression over run, the run in a folder (record/run_folder.py). A trial is sound unless something of ours is
# wrong with it: on a shared machine the hypervisor may take the time of any.
expect_run() { # FOLDER EXPRESSION
    PYTHONPATH=$sources/tests/harness/record "$python" - "$1" "$2" <<'PYTHON' || fail "not so in $1: $2"
import json, run_folder, sys
run = run_folder.load(sys.argv[1])
cells = run["cells"]
trials = [trial for cell in cells for trial in cell["trials"]]
def sound(trial):
    return trial["valid"] or "the hypervisor took" in trial["why_invalid"]
sys.exit(0 if eval(sys.argv[2]) else 1)
PYTHON
}

skip() {
    echo "$*"
    exit 77
}

# A test that cannot be had here calls it with the reason and returns.
skipped_reason=
skip_test() {
    skipped_reason="$*"
}

# Or must be there, so that what needs it fails.
has_jsonschema() {
    "$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null ||
        [[ " ${REQUIRE_TOOLS-} " == *" jsonschema "* ]]
}

follows_the_schema() { # FILE [SCHEMA]
    has_jsonschema || { skip_test "the Python module jsonschema is missing"; return; }
    "$python" "$sources/tests/harness/record/validate_schema.py" "$@" >err 2>&1 ||
        { status=$?; fail "$1 is not as the schema says"; }
}

run_tests() {
    local test failed=0 skipped=0 count=0 reason=
    for test in "$@"; do
        count=$((count + 1)) status=none skipped_reason=
        mkdir "$work/$test" && cd "$work/$test" && : >err && : >out
        if ! "$test"; then
            echo "not ok: $test"
            failed=$((failed + 1))
        elif [ -n "$skipped_reason" ]; then
            echo "skipped: $test: $skipped_reason"
            skipped=$((skipped + 1)) reason=$skipped_reason
        else
            echo "ok: $test"
        fi
        cd "$work" && rm -rf "${work:?}/$test"
    done
    [ $failed = 0 ] || exit 1
    [ $skipped != $count ] || skip "$reason"
}

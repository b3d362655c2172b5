# The tables of bench/README.md out of bench_mls's CSV. Beside ours stand the figures of a well-known C++ library.
function field(name) { return column[name] ? $column[name] : "" }
function milliseconds(value, unit) { return unit == "ns" ? value / 1e6 : unit == "us" ? value / 1e3 : value }
function shown(ms) {
    return ms >= 1000 ? sprintf("%.2f s", ms / 1000) : ms >= 10 ? sprintf("%.0f ms", ms) : ms >= 1 ? sprintf("%.1f ms", ms) \
           : ms >= 0.1 ? sprintf("%.2f ms", ms) : sprintf("%.0f us", ms * 1000)
}
function speed(ms) { return sprintf("%d /s", int(100 / ms + 0.5) * 10) }
function bytes(n) { return n >= 1e6 ? sprintf("%.2f MB", n / 1e6) : n >= 10000 ? sprintf("%.0f kB", n / 1e3) : sprintf("%d B", n) }
# One measurement for each size, as rows of the first table.
function row(name, title, how,    i, key, ours, other, theirs) {
    for (i = 1; i <= sizes; ++i) {
        key = name SUBSEP size[i]
        if (!((key SUBSEP 3) in time)) continue
        ours = time[key, 3]
        theirs = reference[key]
        other = (key SUBSEP 1) in time ? time[key, 1] : 0
        printf "| %s | %s | %s | %s | %s | %s | %.2f |\n", title, size[i], how == "speed" ? speed(ours) : shown(ours),
               theirs ? (how == "speed" ? speed(theirs) : shown(theirs)) : "-", theirs ? sprintf("%.1f", theirs / ours) : "-",
               other ? (how == "speed" ? speed(other) : shown(other)) : "-", multiple[key, 3]
    }
}
function known(name, at5, at500, at1000, at5000) {
    reference[name, 5] = at5; reference[name, 500] = at500; reference[name, 1000] = at1000; reference[name, 5000] = at5000
}
BEGIN {
    FS = ","
    sizes = split("5 50 500 1000 5000", size, " ")
    known("create", 3.2, 571, 1800, 24700)
    known("join", 0.9, 74, 150, 822)
    known("update_create_warm", 0.9, 4.7, 7.7, 57)
    known("update_process_warm", 0.55, 12, 24, 117)
    known("encrypt_1kib", 1000 / 8900, 1000 / 8900, 1000 / 8900, 1000 / 6300)
    known("decrypt_1kib", 1000 / 3900, 1000 / 3900, 1000 / 3900, 1000 / 3400)
}
{ gsub(/"/, "") }
$1 == "name" { for (i = 1; i <= NF; ++i) column[$i] = i; next }
$1 !~ /_median$/ { next }
{
    sub(/_median$/, "", $1)
    ms = milliseconds(field("cpu_time"), field("time_unit"))
    if ($1 !~ /members:/) { primitive[++primitives] = sprintf("| %s | %.1f us |", $1, ms * 1000); next }
    split($1, part, /[\/:]/)  # name, "suite", number, "members", number
    time[part[1], part[5], part[3]] = ms
    multiple[part[1], part[5], part[3]] = field("x_floor")
    if (part[3] == 3) for (name in column) if (name ~ /_bytes$/) counter[part[1], part[5], name] = field(name)
}
END {
    print "| | members | suite 3 | the library | times quicker | suite 1 | suite 3 by its primitives |"
    print "|---|---|---|---|---|---|---|"
    row("create", "create")
    row("join", "join")
    row("update_create_cold", "update, cold: create")
    row("update_process_cold", "update, cold: process")
    row("update_create_warm", "update, warm: create")
    row("update_process_warm", "update, warm: process")
    row("encrypt_1kib", "encrypt 1 KiB", "speed")
    row("decrypt_1kib", "decrypt 1 KiB", "speed")
    print "\n| members | Welcome | bulk commit | update, cold | update, warm | saved: public | saved: secret | save | load |"
    print "|---|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= sizes; ++i) {
        n = size[i]
        if (!(("save", n, 3) in time)) continue
        printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", n, bytes(counter["create", n, "welcome_bytes"]),
               bytes(counter["create", n, "commit_bytes"]), bytes(counter["update_create_cold", n, "commit_bytes"]),
               bytes(counter["update_create_warm", n, "commit_bytes"]), bytes(counter["save", n, "public_bytes"]),
               bytes(counter["save", n, "secret_bytes"]), shown(time["save", n, 3]), shown(time["load", n, 3])
    }
    print "\n| primitive | time |\n|---|---|"
    for (i = 1; i <= primitives; ++i) print primitive[i]
}

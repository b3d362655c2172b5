# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by demo.sh: the audit log, and what lies on the server's disk.

verify_the_log() {
    local who name
    as KZ audit verify
    for who in KG TJ TM UZ; do
        quietly_as "$who" audit verify >/dev/null
    done
    passed "each of the five has verified the whole log by itself"
    name=$(basename "${file[KZ]}")
    as KZ history "$channel" "$name"
    for who in KG TJ TM UZ; do
        grep -q "$who" "$stage/last.out" || failed "The history of $name does not name $who."
    done
    passed "KZ sees who opened its file, from the log and not from the server's word"
    as UZ audit show
    prompt operator "serai-server check --config server.toml   (with the server stopped)"
    stop_server
    "$bin/serai-server" check --config "$stage/server.toml" >"$stage/last.out" 2>&1 || {
        sed 's/^/     | /' "$stage/last.out" >&2
        failed "The store is not consistent."
    }
    sed 's/^/     /' "$stage/last.out"
    passed "every effect on the server's disk has its leaf, and the tree is the one that was signed"
    start_server
}

# files_with FOLDER FILE: the files below FOLDER in which the bytes of FILE stand; fails if one cannot be read. A running server may take a
# file away meanwhile. perl is part of every Debian.
files_with() {
    # shellcheck disable=SC2016  # the variables are perl's
    find "$1" -type f -print0 | xargs -0 perl -e '
        local $/;
        open(my $in, "<:raw", shift @ARGV) or die "$!";
        my $needle = <$in>;
        for my $name (@ARGV) {
            my $file;
            if (!open($file, "<:raw", $name)) {
                next if $!{ENOENT};
                die "$name: $!";
            }
            my $content = <$file>;
            defined $content || die "$name: $!";
            print "$name\n" if index($content, $needle) >= 0;
        }' "$2"
}

# 64 bytes from the second half of a file that are no filling: more than 16 different ones.
piece_of() {
    # shellcheck disable=SC2016  # the variables are perl's
    perl -e '
        local $/;
        open(my $in, "<:raw", $ARGV[0]) or die "$!";
        my $content = <$in>;
        for (my $at = int(length($content) / 2); $at + 64 <= length($content); $at += 64) {
            my $piece = substr($content, $at, 64);
            my %seen = map { $_ => 1 } split(//, $piece);
            if (keys(%seen) > 16) { print $piece; exit 0; }
        }
        die "no piece";' "$1"
}

# What to look for: every message, the title, and pieces of every file, one per file in $stage/needles.
gather_needles() {
    local who
    mkdir -p "$stage/needles"
    printf '%s' "$channel" >"$stage/needles/title"
    for who in "${states[@]}"; do
        printf '%s' "${message[$who]}" >"$stage/needles/message.$who"
        printf '%s' "$(basename "${file[$who]}")" >"$stage/needles/name.$who"
        piece_of "${file[$who]}" >"$stage/needles/file.$who"
    done
}

search_the_server() {
    local needle found count=0
    gather_needles
    mkdir -p "$stage/control"
    for needle in "$stage"/needles/*; do
        printf 'before %s after' "$(basename "$needle")" >"$stage/control/copy"
        cat "$needle" >>"$stage/control/copy"
        found=$(files_with "$stage/control" "$needle") || failed "The search failed."
        [[ -n $found ]] || failed "The search does not find what is there."
        found=$(files_with "$stage/data" "$needle") || failed "The search of the server's data failed."
        found+=$(files_with "$stage/server.log" "$needle") || failed "The search of the server's log failed."
        [[ -z $found ]] || failed "$(basename "$needle") stands in clear text in $found"
        count=$((count + 1))
    done
    passed "in $(du -sh "$stage/data" | cut -f1) of the server's data and in its log, none of $count messages, names, titles and pieces of files"
    found=$(files_with "$stage/home" "$stage/needles/message.KZ") || failed "The search of the homes failed."
    [[ -z $found ]] || failed "A client keeps messages in clear text."
    passed "nor in the homes of the five: what they keep is encrypted"
}

# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by demo.sh: messages and files.

declare -A message=(
    [KZ]="Salem. Three families came through Aktau on Tuesday; the list follows as a file."
    [KG]="Received. Two of the names are known to our probation service in Osh."
    [TJ]="One child travels on a Tajik birth certificate. We check with Khujand."
    [TM]="No crossing at Farap this week."
    [UZ]="Schools in Urgench can take the children from Monday. Who meets them?"
)
declare -A file=()

talk() {
    local who other
    for who in "${states[@]}"; do
        as "$who" send "$channel" "${message[$who]}"
    done
    as KG read "$channel"
    for who in "${states[@]}"; do
        quietly_as "$who" read "$channel" >"$stage/read.$who"
        for other in "${states[@]}"; do
            grep -qF "${message[$other]}" "$stage/read.$who" || failed "$who does not see what $other wrote."
        done
    done
    passed "each of the five reads all five messages"
}

# The first of these files that this machine has.
first_file() {
    local candidate
    for candidate in "$@"; do
        if [[ -f $candidate && -r $candidate ]]; then
            readlink -f "$candidate"
            return
        fi
    done
    failed "None of these files is on this machine: $*"
}

choose_files() {
    local library
    library=$(echo /usr/lib/*/librocksdb.so.*)
    file[KZ]=$(first_file /usr/share/common-licenses/GPL-3 /usr/share/common-licenses/GPL-2)
    file[KG]=$(first_file /usr/share/pixmaps/debian-logo.png /usr/share/cmake-*/Modules/Internal/CPack/CPack.background.png.in)
    file[TJ]=$(first_file "${library%% *}")
    file[TM]=$(first_file /usr/share/doc/*/*.pdf /usr/bin/openssl)
    file[UZ]=$(first_file /usr/bin/cmake /usr/bin/ninja)
}

share_files() {
    local who other name
    choose_files
    for who in "${states[@]}"; do
        as "$who" put "$channel" "${file[$who]}" --tlp amber
    done
    for who in "${states[@]}"; do
        mkdir -p "$stage/files/$who"
        for other in "${states[@]}"; do
            name=$(basename "${file[$other]}")
            [[ $who != "$other" ]] || continue
            quietly_as "$who" get "$channel" "$name" --out "$stage/files/$who/$name" >/dev/null
            cmp -s "${file[$other]}" "$stage/files/$who/$name" || failed "$who got another $name than $other sent."
        done
        tell "$who has opened the other four:$(cd "$stage/files/$who" && du -ch -- * | awk 'END { print " " $1 }')"
    done
    passed "20 copies are equal to their originals byte for byte"
}

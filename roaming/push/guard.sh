#!/bin/sh
# The guard: the part of a push that lives on a Linux device, so that the device comes back by itself.
#
#   guard lock RUN OWNER SECONDS   take the device (stdin: this script); held by another: status 20
#   guard precheck RUN             unpack the job (stdin: a tar), compare every file with what the plan was made from
#   guard back-up RUN              put the former files and the new ones beside their places, on disk
#   guard arm RUN SECONDS          start the timer that brings the former files back, also over a reboot
#   guard apply RUN                put the new files in place, have the daemon check them, have its services heed them
#   guard verify RUN               are the files the new ones, and the services up?
#   guard confirm RUN              stop the timer; status 25 when it has run out
#   guard save RUN                 forget the former files and give the device free
#   guard revert RUN               bring the former files back and have the services heed them
#   guard release RUN              give a device free on which nothing was changed, or all was taken back
#   guard status                   say what is here
#   guard boot                     what an init runs before the services: what nobody confirmed is taken back
#
# What must hold at every moment, whoever dies: the phase is the name of one file, changed by rename, so that a
# confirmation and a revert exclude each other; all room is taken before the timer starts, from then on files are only
# renamed, so that a full disk cannot keep a device between old and new.
#
# Status: 20 held, 21 changed since it was read, 22 refused, 23 no longer ours, 24 unable, 25 too late.
set -u
umask 077
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
export PATH

HOME_DIR=${ROAM_GUARD_HOME:-/var/lib/seamless-wifi}
TX=$HOME_DIR/transaction
UNIT=/etc/systemd/system/seamless-wifi-guard.service
INIT=/etc/init.d/seamless-wifi-guard
PATIENCE=${ROAM_GUARD_PATIENCE:-15}
TAB=$(printf '\t')

say() { printf '%s\n' "$*" >&2; }
fail() { code=$1; shift; say "$@"; exit "$code"; }

# ---- the phase

# A look that falls into a rename sees neither name: it looks again.
phase() {
    for _ in 1 2 3; do
        for one in "$TX"/phase-*; do
            [ -e "$one" ] && { echo "${one##*/phase-}"; return; }
        done
    done
    echo none
}
turn() { mv -T "$TX/phase-$1" "$TX/phase-$2" 2>/dev/null; }
field() { sed -n "s/^$1=//p" "$TX/owner" 2>/dev/null; }
ours() { [ "$(field run)" = "$1" ] || fail 23 "the device is no longer held by this run"; }
# The process group: the fifth field; the name of a shell has no space.
group() { cut -d' ' -f5 "/proc/$$/stat"; }
# One at a time works on the files; the lock falls with its holder. Daemons must not inherit it.
alone() { exec 9>"$TX/work"; flock -w "${1:-120}" 9 || fail 24 "another process works on the files"; }

# ---- lock

take() {
    draft=$HOME_DIR/draft.$$
    rm -rf "$draft" && mkdir "$draft" || fail 24 "no room in $HOME_DIR"
    { cat > "$draft/guard" && [ -s "$draft/guard" ] \
        && printf 'run=%s\nby=%s\nuntil=%s\n' "$1" "$2" "$(($(date +%s) + $3))" > "$draft/owner" \
        && : > "$draft/phase-locked" && : > "$draft/work"; } || { rm -rf "$draft"; fail 24 "no room in $HOME_DIR"; }
    mv -T "$draft" "$TX" 2>/dev/null && return 0
    rm -rf "$draft"
    return 1
}

lock() {
    for tool in flock setsid timeout sha256sum stat tar service sync; do
        command -v "$tool" >/dev/null || fail 24 "it has no $tool, which the way back needs"
    done
    copy=$HOME_DIR/guard.$$
    mkdir -p "$HOME_DIR" && chmod 0700 "$HOME_DIR" && cat > "$copy" || { rm -f "$copy"; fail 24 "no room in $HOME_DIR"; }
    exec 8<"$HOME_DIR" && flock -w 20 8 || fail 24 "another push is taking the device right now"
    if ! take "$1" "$2" "$3" < "$copy"; then
        clear_stale
        take "$1" "$2" "$3" < "$copy" || { rm -f "$copy"; held; }
    fi
    rm -f "$copy"
    find "$HOME_DIR" -maxdepth 1 \( -name 'draft.*' -o -name 'guard.*' -o -name 'gone.*' \) -mmin +60 \
        -exec rm -rf -- {} + 2>/dev/null
    return 0
}

held() { rm -f "${copy:-}"; fail 20 "run $(field run) of $(field by) holds it ($(phase))"; }

# What a dead push left is cleared when nothing of it can still act: its time is over, or all was taken back or kept.
clear_stale() {
    case "$(phase)" in
        locked | staged) [ "$(date +%s)" -ge "$(field until)" ] || held; forget ;;
        reverted) forget ;;
        confirmed) forget ;;
        none) [ ! -d "$TX" ] || held ;;
        *) held ;;
    esac
}

# ---- the files: number, digest before, mode, owner, digest after, path; `none` is no file, `=` one that stays

each() {
    while IFS=$TAB read -r number before mode owner after path <&3; do
        place=$(dirname -- "$path")
        old=$place/.roam.$number.old
        new=$place/.roam.$number.new
        "$@" || return
    done 3< "$TX/manifest"
}

digest() {
    if [ -f "$1" ]; then
        printf '%s %s' "$(sha256sum < "$1" | cut -d' ' -f1)" "$(stat -L -c '%04a %U:%G' -- "$1")"
    elif [ -e "$1" ]; then
        echo strange
    else
        echo none
    fi
}

as_before() { [ "$(digest "$path")" = "$before" ] || { say "$path has changed since it was read: push again"; return 21; }; }
no_link() { [ ! -L "$path" ] || { say "$path is a link: put a file in its place first"; return 24; }; }
as_wanted() { [ "$(digest "$path")" = "$after" ] || { say "$path is not what was written"; return 22; }; }

precheck() {
    ours "$1"
    tar -x -f - -C "$TX" --no-same-owner || fail 24 "no room for the new files in $HOME_DIR"
    [ -s "$TX/manifest" ] || fail 24 "the job did not arrive whole"
    each no_link || exit
    each as_before || exit
}

make_places() {
    [ "$number" = = ] && return 0
    missing=$place
    chain=
    while [ ! -d "$missing" ]; do chain="$missing
$chain"; missing=$(dirname -- "$missing"); done
    printf %s "$chain" | while IFS= read -r one; do
        mkdir -- "$one" && echo "$one" >> "$TX/made" \
            && chown --reference="$missing" -- "$one" && chmod --reference="$missing" -- "$one" || return 24
    done
}

prepare() {
    [ "$number" = = ] && return 0
    if [ "$before" != none ]; then
        cp -p -- "$path" "$old" && [ "$(digest "$old")" = "$before" ] || return 24
        sync -- "$old"
    fi
    if [ "$after" != none ]; then
        cat "$TX/$number" > "$new" && chown -- "$owner" "$new" && chmod -- "$mode" "$new" \
            && [ "$(digest "$new")" = "$after" ] || return 24
        sync -- "$new"
        rm -f -- "$TX/$number"
    fi
}

back_up() {
    ours "$1"
    alone
    : > "$TX/made" && : > "$TX/untouched" || fail 24 "no room in $HOME_DIR"
    if ! { each make_places && each prepare; }; then
        each clean_up
        remove_places
        fail 24 "no room beside the files, or they cannot be copied; nothing was changed"
    fi
    sync "$TX"
    turn locked staged || fail 23 "the device is in phase $(phase)"
}

clean_up() { [ "$number" = = ] || rm -f -- "$old" "$new"; }
remove_places() { [ -f "$TX/made" ] && sort -r "$TX/made" | while IFS= read -r one; do rmdir -- "$one" 2>/dev/null; done; :; }

# ---- the timer

arm() {
    ours "$1"
    install_boot || fail 24 "no room for the boot script"
    setsid sh "$TX/guard" timer "$1" "$2" </dev/null >/dev/null 2>&1 &
    echo $! > "$TX/timer"
    kill -0 $! 2>/dev/null || fail 24 "the timer does not start"
    echo "$(($(date +%s) + $2))" > "$TX/deadline"
    # The way back itself has to outlast a power cut: guard, manifest, boot script and copies, before anything is changed.
    sync
    turn staged armed || fail 23 "the device is in phase $(phase)"
    sync "$TX"
}

timer() {
    sleep "$2"
    [ "$(field run)" = "$1" ] && [ "$(phase)" = armed ] || exit 0
    # Whoever still changes files has had its time.
    flock -w 5 "$TX/work" true || { [ -s "$TX/worker" ] && kill -9 -- "-$(cat "$TX/worker")" 2>/dev/null; }
    exec sh "$TX/guard" revert "$1"
}

# After a reboot the number may be another's: it has to be a guard, and not this one.
stop_timer() {
    [ -s "$TX/timer" ] || return 0
    pid=$(cat "$TX/timer")
    [ "$pid" != "$(group)" ] || return 0
    ! grep -qs seamless-wifi "/proc/$pid/cmdline" || kill -9 -- "-$pid" 2>/dev/null
    return 0
}

install_boot() {
    if [ -d /run/systemd/system ]; then
        mkdir -p "${UNIT%/*}/multi-user.target.wants" || return
        cat > "$UNIT" <<UNIT_END || return
[Unit]
Description=Take back what a push of seamless-wifi left unconfirmed
RequiresMountsFor=$HOME_DIR
Before=hostapd.service freeradius.service radsecproxy.service
[Service]
Type=oneshot
ExecStart=/bin/sh $TX/guard boot
UNIT_END
        ln -sf "$UNIT" "${UNIT%/*}/multi-user.target.wants/${UNIT##*/}"
    else
        cat > "$INIT" <<INIT_END || return
#!/bin/sh
### BEGIN INIT INFO
# Provides:          seamless-wifi-guard
# Required-Start:    \$local_fs
# Required-Stop:
# X-Start-Before:    hostapd freeradius radsecproxy
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: Take back what a push of seamless-wifi left unconfirmed
### END INIT INFO
[ "\$1" != start ] || exec /bin/sh $TX/guard boot
INIT_END
        chmod 0755 "$INIT"
        for level in 2 3 4 5; do
            [ ! -d "/etc/rc$level.d" ] || ln -sf "$INIT" "/etc/rc$level.d/S00seamless-wifi-guard" || return
        done
    fi
}

remove_boot() {
    rm -f "$UNIT" "${UNIT%/*}/multi-user.target.wants/${UNIT##*/}" "$INIT" /etc/rc[2345].d/S00seamless-wifi-guard
}

# ---- the change

put() {
    [ "$number" = = ] && return 0
    [ "$(phase)" = armed ] || { say "the time was over"; return 25; }
    as_before || return
    if [ "$after" = none ]; then rm -f -- "$path"; else mv -f -T -- "$new" "$path"; fi || return 24
    sync -- "$place"
}

apply() {
    ours "$1"
    alone
    group > "$TX/worker"
    [ "$(phase)" = armed ] || fail 25 "the time was over before the first file"
    each put || exit
    said=$(timeout 60 sh "$TX/check" 2>&1 9>&-) || { code=$?; fail 22 "${said:-its check ends with status $code}"; }
    turn_services || exit
}

turn_services() {
    [ -s "$TX/services" ] || return 0
    mv -f "$TX/untouched" "$TX/touched" 2>/dev/null
    while read -r action service <&4; do
        [ "$(phase)" = armed ] || { say "the time was over"; return 25; }
        drive "$action" "$service" || return 22
    done 4< "$TX/services"
}

up() { timeout 20 service "$1" status >/dev/null 2>&1 9>&- 3>&- 4>&-; }

# Debian's init scripts restart by a stop and a start that does not wait for the stop: a service that is down after its
# restart is started once more. A daemon may start and die: it has to be up twice.
drive() {
    said=$(timeout 60 service "$2" "$1" 2>&1 9>&- 3>&- 4>&-)
    again=$1
    tries=$((PATIENCE * 4))
    while [ "$tries" -gt 0 ]; do
        if up "$2"; then
            sleep 0.5
            up "$2" && return 0
        fi
        if [ "$again" = restart ]; then
            again=
            said=$(timeout 60 service "$2" start 2>&1 9>&- 3>&- 4>&-)
        fi
        sleep 0.25
        tries=$((tries - 1))
    done
    say "$2 is not up after its $1: ${said:-it says nothing}"
    return 22
}

verify() {
    ours "$1"
    each as_wanted || exit
    while read -r _ service <&4; do
        up "$service" || fail 22 "$service is not up"
    done 4< "$TX/services"
}

confirm() {
    ours "$1"
    alone
    turn armed confirmed || { [ "$(phase)" = confirmed ] || fail 25 "the time was over ($(phase))"; }
    sync "$TX"
    stop_timer
}

save() {
    ours "$1"
    [ "$(phase)" = confirmed ] || fail 25 "nothing is confirmed ($(phase))"
    forget
}

# ---- the way back

put_back() {
    [ "$number" = = ] && return 0
    rm -f -- "$new"
    if [ "$before" = none ]; then
        rm -f -- "$path"
    elif [ -e "$old" ]; then
        mv -f -T -- "$old" "$path"
    fi
    sync -- "$place" 2>/dev/null
    [ "$(digest "$path")" = "$before" ] || { say "$path is not what it was"; return 22; }
}

files_back() {
    turn armed reverting || turn stuck reverting
    case "$(phase)" in
        reverting) ;;
        reverted) exit 0 ;;
        confirmed) fail 25 "the change is confirmed" ;;
        *) fail 23 "nothing was changed ($(phase))" ;;
    esac
    [ -s "$TX/manifest" ] || { turn reverting stuck; fail 24 "what was changed is no longer known: look at its files"; }
    each put_back || { turn reverting stuck; exit 24; }
    remove_places
}

revert() {
    ours "$1"
    alone
    files_back
    if [ -e "$TX/touched" ]; then
        while read -r _ service <&4; do
            drive restart "$service" || { turn reverting stuck; exit 24; }
        done 4< "$TX/services"
    fi
    turn reverting reverted
    sync "$TX"
    stop_timer
}

boot() {
    [ -d "$TX" ] || exit 0
    case "$(phase)" in armed | reverting) ;; *) exit 0 ;; esac
    alone
    files_back && turn reverting reverted
    sync "$TX"
}

release() {
    ours "$1"
    case "$(phase)" in
        locked | staged | reverted) forget ;;
        *) fail 23 "it is in phase $(phase)" ;;
    esac
}

# The copies go first and the lock last: whoever dies in between can do it again.
forget() {
    [ ! -f "$TX/manifest" ] || each clean_up
    [ "$(phase)" = confirmed ] || [ "$(phase)" = reverted ] || remove_places
    remove_boot
    mv -T "$TX" "$HOME_DIR/gone.$$" && rm -rf "$HOME_DIR/gone.$$" || fail 24 "$TX cannot be removed"
}

state_of() {
    now=$(digest "$path")
    [ "$now" = "$before" ] || old_files=no
    [ "$now" = "$after" ] || new_files=no
}

status() {
    echo "phase=$(phase)"
    [ -d "$TX" ] || return 0
    cat "$TX/owner"
    if [ -f "$TX/manifest" ]; then
        old_files=yes new_files=yes
        each state_of
        echo "old=$old_files"
        echo "new=$new_files"
    fi
    [ ! -f "$TX/deadline" ] || echo "left=$(($(cat "$TX/deadline") - $(date +%s)))"
}

verb=${1:-status}
[ $# -eq 0 ] || shift
case "$verb" in
    lock | precheck | arm | timer | apply | verify | confirm | save | revert | release | status | boot) "$verb" "$@" ;;
    back-up) back_up "$@" ;;
    *) fail 24 "there is no verb $verb" ;;
esac

# SPDX-License-Identifier: EUPL-1.2
# Completion of pokana(1) for bash: commands, their verbs and options, states, and the names of accounts and adapters as
# pokana itself tells them. Install as /usr/share/bash-completion/completions/pokana.

# The first column of a table of pokana's.
_pokana_names()
{
    pokana "$@" 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_pokana_shared='--config --socket --by --json --help'

# What may follow a command, by what stands there already: verbs first, then options.
_pokana_words()
{
    case "$1 $2" in
    'serve '* | 'check-config '* | 'status '* | 'queue '*) ;;
    'quiet '*) echo '--at --topic --channel --count' ;;
    'adapters test') _pokana_names adapters; echo '--cases' ;;
    'adapters '*) _pokana_names adapters; echo 'test' ;;
    'trigger '*) echo '--as --wait --username --password' ;;
    'templates cost') echo '--topic --values --tag --route' ;;
    'triggers list') echo '--limit' ;;
    'triggers show' | 'triggers release' | 'triggers drop') ;;
    'triggers answer') echo 'yes no --heads --address-from --channel --recipient' ;;
    'triggers '*) echo 'list show release drop answer' ;;
    'messages list') echo '--state --trigger --held --limit --after' ;;
    'messages resolve') echo 'sent resend drop' ;;
    'messages release' | 'messages drop') echo '--held' ;;
    'messages show') ;;
    'inbox list') echo '--all --state --assigned --limit --after' ;;
    'inbox answer') echo '--subject --template --file --dry-run' ;;
    'inbox assign') echo '--to' ;;
    'inbox close') echo '--subject' ;;
    'inbox show') ;;
    'inbox '*) echo 'list show answer assign close' ;;
    'messages '*) echo 'list show resolve release drop' ;;
    'accounts list') ;;
    'accounts pause') _pokana_names accounts list; echo '--reason' ;;
    'accounts resume') _pokana_names accounts list ;;
    'accounts add') _pokana_names adapters; echo '--name' ;;
    'accounts test') _pokana_names accounts list; echo '--to --language --wait --no-reply' ;;
    'accounts play') _pokana_names accounts list; echo '--answer' ;;
    'accounts '*) echo 'list add pause resume test play' ;;
    'pause '*) echo '--all' ;;
    'resume '*) echo '--all --after-restore' ;;
    'recipients import') echo '--already-confirmed --second-person --partial' ;;
    'recipients export') echo '--address-from --channel' ;;
    'recipients erase') echo '--address-from --channel --asked --stay-stopped' ;;
    'recipients add') echo '--address-from --channel --language --script --topics --tags --form' ;;
    'recipients link') echo '--channel --topic --poster --language' ;;
    'recipients links') ;;
    'recipients '*) echo 'import add export erase link links' ;;
    'consent show') echo "$_pokana_whom" ;;
    'consent grant') echo "$_pokana_whom --topic --channel --how --wording --given-at --already-confirmed --second-person --ask-word --word" ;;
    'consent withdraw') echo "$_pokana_whom --topic --how" ;;
    'consent receipt') echo "$_pokana_whom --topic --channel --sentence" ;;
    'consent verify' | 'audit verify') echo '--keys' ;;
    'consent '*) echo 'show grant withdraw receipt verify' ;;
    'audience count') echo '--topic --where --channels' ;;
    'audience '*) echo 'count' ;;
    'users add') echo '--role --language --topics --tags --address' ;;
    'users remove'|'users link') _pokana_names users list ;;
    'users list') ;;
    'users '*) echo 'list add link remove' ;;
    'tokens add') echo '--publisher --user --scopes --expires' ;;
    'tokens revoke') _pokana_names tokens list ;;
    'tokens list') ;;
    'tokens '*) echo 'list add revoke' ;;
    'webhooks deliveries') _pokana_names webhooks list; echo '--state --after --limit' ;;
    'webhooks test' | 'webhooks resume') _pokana_names webhooks list ;;
    'webhooks list' | 'webhooks resend') ;;
    'webhooks '*) echo 'list deliveries resend test resume' ;;
    'approvals ask') echo '--publisher --topic --people --until' ;;
    'approvals approve') _pokana_names approvals list; echo '--digest' ;;
    'approvals revoke') _pokana_names approvals list ;;
    'approvals list') ;;
    'approvals '*) echo 'list ask approve revoke' ;;
    'campaigns list') ;;
    'campaigns show' | 'campaigns watch' | 'campaigns submit' | 'campaigns reject' | 'campaigns start') _pokana_names campaigns list ;;
    'campaigns pause' | 'campaigns resume' | 'campaigns cancel' | 'campaigns move') _pokana_names campaigns list ;;
    'campaigns remind') _pokana_names campaigns list; echo '--circle' ;;
    'campaigns approve') _pokana_names campaigns list; echo '--digest' ;;
    'campaigns preview') _pokana_names campaigns list; echo '--texts' ;;
    'campaigns trial') _pokana_names campaigns list; echo '--to --step --language --script' ;;
    'campaigns rehearse') _pokana_names campaigns list; echo '--seed --fail' ;;
    'campaigns write') echo '--where' ;;
    'campaigns report') _pokana_names campaigns list; echo '--per --csv' ;;
    'campaigns '*) echo 'list show watch write preview trial rehearse submit approve reject start pause resume move remind cancel report' ;;
    'report indicators') echo '--month --csv' ;;
    'report '*) echo 'indicators' ;;
    'circles list' | 'circles recent') ;;
    'circles show') _pokana_names circles list ;;
    'circles handover') _pokana_names circles list ;;
    'circles allow') _pokana_names circles list; echo '--more --day' ;;
    'circles '*) echo 'list show recent handover allow' ;;
    'events list') echo '--state --all --limit --after' ;;
    'events add') echo "$_pokana_event --draft" ;;
    'events change') _pokana_names events list; echo "$_pokana_event --kind --date --quietly --dry-run" ;;
    'events show' | 'events accept') _pokana_names events list ;;
    'events cancel') _pokana_names events list; echo '--date --quietly --dry-run' ;;
    'events import') echo '--kind --draft --quietly' ;;
    'events export') ;;
    'events report') _pokana_names events list; echo '--day --per --csv' ;;
    'events came') _pokana_names events list; echo '--day' ;;
    'events '*) echo 'list show add change accept cancel import export report came' ;;
    'audit list') echo '--actor --object --since --limit --after' ;;
    'audit export') echo '--actor --object --since' ;;
    'audit person') ;;
    'audit '*) echo 'list verify export person' ;;
    'privacy breach') echo '--since --notify --link --second-person' ;;
    'privacy roles' | 'privacy pack') ;;
    'privacy '*) echo 'roles pack breach' ;;
    'keys new' | 'keys list' | 'keys rotate' | 'keys retire') ;;
    'keys '*) echo 'list new rotate retire' ;;
    'backup '*) ;;
    'restore '*) echo '--journal --without-journal --accepted-by' ;;
    'templates list') echo '--templates' ;;
    'templates check') echo '--strict --templates' ;;
    'templates preview')
        _pokana_names templates list
        echo '--lang --script --values --longest --price --org --zone --templates'
        ;;
    'templates read') _pokana_names templates list; echo '--language' ;;
    'templates proof') echo '--output --check --templates' ;;
    'templates export' | 'templates import') ;;
    'templates withdraw') _pokana_names templates list ;;
    'templates '*) echo 'list check preview proof read export import withdraw cost' ;;
    'text segments') echo '--explain' ;;
    'text intent' | 'text dates') echo '--templates' ;;
    'text latin' | 'text phone') ;;
    'text '*) echo 'segments latin intent dates phone' ;;
    'help '*) echo "$_pokana_commands" ;;
    esac
}

_pokana_commands='serve check-config status queue quiet adapters trigger triggers events templates messages inbox accounts pause resume recipients
    consent audience campaigns approvals report users tokens webhooks circles audit privacy text keys backup restore help'
_pokana_event='--title --subject --place --place-short --day --from --to --end-day --rule --capacity --languages'
_pokana_whom='--address-from --address-channel'
_pokana_states='scheduled queued deferred submitting uncertain accepted sent undelivered-temporary delivered read undelivered
    unconfirmed failed expired suppressed cancelled handed-over'

_pokana()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' verb='' i

    case $previous in
    --state) mapfile -t COMPREPLY < <(compgen -W "$_pokana_states" -- "$current"); return ;;
    --language) mapfile -t COMPREPLY < <(compgen -W 'bg bg-Latn nl' -- "$current"); return ;;
    --subject) mapfile -t COMPREPLY < <(compgen -W 'school care registration work housing return other' -- "$current"); return ;;
    --config | --socket | --password | --address-from | --values | --file | --keys | --journal) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --templates | --cases) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --as | --wait | --username | --trigger | --limit | --after | --link | --reason | --to | --by | --how | --wording | --given-at | --address-channel | \
        --second-person | --accepted-by | --channel | --topic | --topics | --tag | --tags | --route | --actor | --object | --since | --assigned | --template | --title | --place | --place-short | --day | --from | --end-day | --rule | --capacity | \
        --languages | --kind | --date) return ;;
    --per) mapfile -t COMPREPLY < <(compgen -W 'step language script channel area time' -- "$current"); return ;;
    --role) mapfile -t COMPREPLY < <(compgen -W 'adviser approver desk key-person operator' -- "$current"); return ;;
    esac

    # Command and verb: the first two words before this one that are no options nor their values.
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --config | --socket | --by) ((i++)) ;;
        -*) ;;
        *)
            if [[ -z $command ]]; then
                command=${COMP_WORDS[i]}
            elif [[ -z $verb ]]; then
                verb=${COMP_WORDS[i]}
            fi
            ;;
        esac
    done

    if [[ -z $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$_pokana_commands --version $_pokana_shared" -- "$current")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$(_pokana_words "$command" "$verb") $_pokana_shared" -- "$current")
    case $command in
    trigger | events | recipients | consent | audit | privacy | keys | backup | restore)
        [[ $current == -* ]] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
        ;;
    esac
}

complete -o filenames -F _pokana pokana

# cluster.sh - a Slurm cluster of two nodes on this machine, for testbench/slurm/*.sh.
#
# munged, slurmctld and two slurmd on ports of their own, all under $cluster; nothing of it outlives
# the script that includes this, nor touches a Slurm that is installed here. Debian's slurmd can
# be several on a machine (-N). Needs root, as slurmd does.
# shellcheck shell=sh
cluster=$PWD/build/slurm/cluster
SLURM_CONF=$cluster/slurm.conf
export SLURM_CONF

configure() {
  port=$((20000 + $$ % 10000))
  host=$(hostname -s)
  cat > "$SLURM_CONF" << END
ClusterName=serac
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
SchedulerParameters=sched_interval=1,requeue_delay=0
MpiDefault=none
SlurmctldPort=$port
StateSaveLocation=$cluster/state
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmctldLogFile=$cluster/log/slurmctld
SlurmdPidFile=$cluster/%n.pid
SlurmdSpoolDir=$cluster/spool-%n
SlurmdLogFile=$cluster/log/%n
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1
PartitionName=all Nodes=one,two Default=YES State=UP
END
}

# soon SECONDS COMMAND...: until COMMAND succeeds; fails after SECONDS.
soon() {
  patience=$1
  shift
  while ! "$@" > /dev/null 2>&1; do
    patience=$((patience - 1))
    [ $patience -gt 0 ] || return 1
    sleep 1
  done
}

node_is() { [ "$(sinfo -h -n "$1" -o %T)" = "$2" ]; }
start_node() { slurmd -N "$1"; }

start_cluster() {
  rm -rf "$cluster"
  mkdir -p "$cluster/state" "$cluster/log"
  configure
  (umask 077 && head -c 1024 /dev/urandom > "$cluster/key")
  munged --socket="$cluster/munge.socket" --key-file="$cluster/key" --pid-file="$cluster/munge.pid" \
    --log-file="$cluster/log/munge" --seed-file="$cluster/seed" --force || return 1
  slurmctld || return 1
  start_node one && start_node two || return 1
  soon 60 node_is one idle && soon 60 node_is two idle
}

# kill_node NODE PATTERN: as if its power went: the daemon, the job whose program's command line has
# PATTERN, and the slurmstepd above it, all at once.
kill_node() {
  doomed=$(cat "$cluster/$1.pid")
  process=$(pgrep -f "$2" | head -n 1)
  while [ "${process:-1}" -gt 1 ]; do
    doomed="$doomed $process"
    case $(cat "/proc/$process/comm") in slurmstepd*) break ;; esac
    process=$(ps -o ppid= -p "$process" | tr -d ' ')
  done
  case $(cat "/proc/${process:-0}/comm") in slurmstepd*) ;; *) return 1 ;; esac
  # shellcheck disable=SC2086 # a list of numbers
  kill -9 $doomed
}

stop_cluster() {
  scontrol shutdown > /dev/null 2>&1
  for name in one two slurmctld munge; do
    pid=$(cat "$cluster/$name.pid" 2> /dev/null) || continue
    soon 20 sh -c "! kill -0 $pid" || kill -9 "$pid"
    [ "$name" != slurmctld ] || kill "$(cat "$cluster/munge.pid")" 2> /dev/null
  done
}

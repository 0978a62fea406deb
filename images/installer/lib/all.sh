# Everything an installer is made of. HERE is its folder, RUN the folder of its state.
# shellcheck shell=sh source-path=SCRIPTDIR
DEVICES=${DEVICES:-/dev}
LOOK=${LOOK:-$HERE/look.sh}
PATIENCE=${PATIENCE:-1800}
for part in say text engine trust network hardware disks signatures foreign facts layout target save stream \
  partition esp data install restore; do
  # shellcheck disable=SC1090
  . "$HERE/lib/$part.sh"
done

# Shared by the commands in */bin: finds a JDK 25, builds when there is no build, and becomes the daemon.

is_jdk_25() { # HOME of a Java; the release file says it without starting a Java
  [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    [[ $(< "$1/release") == *'JAVA_VERSION="25'* ]]
  else
    "$1/bin/java" -version 2>&1 | grep -q 'version "25'
  fi
}

find_java() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/openjdk /usr/java/*25* "${HOME:-/nonexistent}"/.sdkman/candidates/java/25* "${HOME:-/nonexistent}"/.jdks/*25*; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
      echo "$candidate/bin/java"
      return 0
    fi
  done
  if command -v java >/dev/null && java -version 2>&1 | grep -q 'version "25'; then
    command -v java
    return 0
  fi
  return 1
}

# Sets $jar to the module's own jar; fails when it is not built.
find_jar() {
  local file
  [ -d "$here/$1/target/lib" ] || return 1
  for file in "$here/$1/target/$1"-*.jar; do
    if [ -f "$file" ] && [[ $file != *-tests.jar && $file != *-sources.jar ]]; then
      jar=$file
      return 0
    fi
  done
  return 1
}

# Whether the archive was made of these jars.
archive_is_current() {
  local file
  [ -s "$archive" ] || return 1
  for file in "$jar" "$here/$1/target/lib" "$here/$1/target/lib"/*; do
    [ "$file" -nt "$archive" ] && return 1
  done
  return 0
}

# Sets java, jar, archive and options for a module that is built or installed under $here.
prepare() {
  local module=$1
  if ! java=$(find_java); then
    echo "$module: no JDK 25 found; install one or set JAVA_HOME" >&2
    exit 1
  fi
  # Beside the script stands either a source tree or an installed lib folder.
  local libs="$here/$module/target/lib" built=
  if ! find_jar "$module"; then
    if ! command -v mvn >/dev/null; then
      echo "$module: not built yet, and there is no mvn to build it" >&2
      exit 1
    fi
    echo "$module: building, this takes a minute the first time" >&2
    (cd "$here" && mvn -q -B -DskipTests -Dspotless.check.skip -Djacoco.skip package) >&2 || exit 1
    built=yes
    find_jar "$module"
  fi
  archive="$here/$module/target/$module.aot"
  # Shenandoah with one generation: the second would cost barriers for garbage that the hot path does not make. While nothing changes its
  # control thread need not look every 10 ms. The archive's record of what was hot in a start would make the compilers busy in the next one.
  options=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
    -XX:+UseShenandoahGC -XX:+UnlockExperimentalVMOptions -XX:ShenandoahControlIntervalMax=100
    -XX:+UnlockDiagnosticVMOptions -XX:-AOTReplayTraining -XX:+UseCompactObjectHeaders -XX:-UsePerfData -Xms64m "-Xmx${ISTHMUS_HEAP:-1g}" "-XX:MaxDirectMemorySize=${ISTHMUS_DIRECT:-1g}"
    -Djdk.tls.rejectClientInitiatedRenegotiation=true -Dio.netty.allocator.type=pooled -cp "$jar:$libs/*")
  if [ -n "$built" ]; then
    train "$module" || echo "$module: no start-up archive could be made; it will start slower" >&2
  fi
}

# Records one start of a daemon into an archive of loaded and linked classes (an AOT cache), which later starts read. $training holds its options.
train() {
  local module=$1 output pid i
  [ "${#training[@]}" -gt 0 ] || return 0
  output=$(mktemp)
  rm -f "$archive"
  "$java" "${options[@]}" "-XX:AOTCacheOutput=$archive" "$main" "${training[@]}" > "$output" 2>&1 &
  pid=$!
  trap 'kill -KILL "$pid" 2>/dev/null; exit 1' INT TERM # it would go on for ever: a job in the background ignores the interrupt
  for i in $(seq 300); do
    if grep -q "$module: listening" "$output" || ! kill -0 "$pid" 2>/dev/null; then
      break
    fi
    sleep 0.1
  done
  kill "$pid" 2>/dev/null || true
  (sleep 60; kill -KILL "$pid" 2>/dev/null) > /dev/null 2>&1 &
  i=$!
  wait "$pid" 2>/dev/null || true
  kill "$i" 2>/dev/null || true
  trap - INT TERM
  rm -f "$output"
  [ -s "$archive" ]
}

launch() {
  local module=$1 java jar archive options
  main=$2
  shift 2
  prepare "$module"
  if archive_is_current "$module"; then
    options+=("-XX:AOTCache=$archive" -Xlog:aot=off -Xlog:cds=off)
  fi
  # shellcheck disable=SC2086
  exec "$java" "${options[@]}" ${ISTHMUS_JAVA_OPTIONS:-} "$main" "$@"
}

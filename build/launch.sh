# Shared by the commands in */bin: finds a JDK 25, builds when there is no build, and becomes the daemon.

find_java() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/openjdk /usr/java/*25* "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25*; do
    if [ -x "$candidate/bin/java" ] && "$candidate/bin/java" -version 2>&1 | grep -q 'version "25'; then
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

launch() {
  local module=$1 main=$2 java
  shift 2
  if ! java=$(find_java); then
    echo "$module: no JDK 25 found; install one or set JAVA_HOME" >&2
    exit 1
  fi
  # Beside the script stands either a source tree or an installed lib folder.
  local libs="$here/$module/target/lib" jar
  if ! ls "$here/$module/target/$module"-*.jar >/dev/null 2>&1 || ! [ -d "$libs" ]; then
    if ! command -v mvn >/dev/null; then
      echo "$module: not built yet, and there is no mvn to build it" >&2
      exit 1
    fi
    echo "$module: building, this takes a minute the first time" >&2
    (cd "$here" && mvn -q -B -DskipTests -Dspotless.check.skip -Djacoco.skip package) >&2 || exit 1
  fi
  jar=$(ls "$here/$module/target/$module"-*.jar | grep -v -e '-tests.jar' -e sources | head -n 1)
  # shellcheck disable=SC2086
  exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -XX:+UseShenandoahGC -XX:ShenandoahGCMode=generational -XX:+UseCompactObjectHeaders \
    -Xms64m -Xmx"${ISTHMUS_HEAP:-1g}" -XX:MaxDirectMemorySize="${ISTHMUS_DIRECT:-1g}" \
    -Dio.netty.allocator.type=pooled ${ISTHMUS_JAVA_OPTIONS:-} \
    -cp "$jar:$libs/*" "$main" "$@"
}

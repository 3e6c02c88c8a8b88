"""Stands in for pip inside a step. An `install` of requirements from an index is done once per machine into a cached
folder and linked into the step's own environment; everything else is handed over to the real pip unchanged.

A step starts with `python3 -m pip install kfp==...` each time: linking costs milliseconds, the real pip a second.
"""

import os
import sys

# Options that take no part in what is installed, or are understood below. Any other option means: the real pip.
QUIET = {"-q", "--quiet", "-v", "--verbose", "--no-warn-script-location", "--disable-pip-version-check", "--no-input",
         "--no-cache-dir", "--root-user-action=ignore", "--no-warn-conflicts", "--no-python-version-warning",
         "--prefer-binary", "--progress-bar=off", "--user"}
SOURCES = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host"}
UNPINNED_DAYS = 7


def settings():
    import json
    with open(os.path.join(sys.prefix, "kumiki-pip.json"), encoding="utf-8") as file:
        return json.load(file)


def real_pip(config, arguments):
    os.environ.update({k: v for k, v in config["environment"].items() if k not in os.environ})
    folder = config["pip"]
    if not folder:
        sys.stderr.write("this step needs pip, and the Python that runs it (%s) has none; install it, for example with: "
                         "apt install python3-pip\n" % sys.executable)
        return 1
    runner = os.path.join(folder, "pip", "__pip-runner__.py")
    command = [sys.executable, runner] if os.path.exists(runner) else [sys.executable, os.path.join(folder, "pip")]
    sys.stdout.flush()
    os.execv(sys.executable, command + arguments)


def understood(arguments):
    """(requirements, no_deps, sources) of an install that may be cached, or None."""
    requirements, no_deps, sources = [], False, []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in QUIET:
            continue
        if word == "--no-deps":
            no_deps = True
        elif word in SOURCES:
            if not rest:
                return None
            sources += [word, rest.pop(0)]
        elif word.startswith("--") and word.split("=", 1)[0] in SOURCES:
            sources.append(word)
        elif word.startswith("-") or not named(word):
            return None
        else:
            requirements.append(word)
    return (requirements, no_deps, sources) if requirements else None


def named(word):
    """True for `name[extra]>=1; marker`; paths, URLs and version control go to the real pip."""
    name = word.split(";", 1)[0]
    return "/" not in name and "@" not in name and name[:1].isalnum() and not name.endswith((".whl", ".zip", ".gz"))


def pinned(requirements):
    # A requirement with a marker is kfp's own "only on old Pythons", which installs nothing here.
    return all(";" in r or ("==" in r and "*" not in r) for r in requirements)


def fingerprint(config, requirements, no_deps, sources):
    import hashlib
    import json
    relevant = {k: os.environ.get(k, config["environment"].get(k)) for k in
                ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONSTRAINT", "PIP_PRE")}
    key = json.dumps([config["interpreter"], sorted(requirements), no_deps, sources, relevant], sort_keys=True)
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def usable(folder, requirements):
    try:
        made = os.stat(os.path.join(folder, ".complete")).st_mtime
    except OSError:
        return False
    import time
    return pinned(requirements) or time.time() - made < UNPINNED_DAYS * 86400


def taken(config, folder, requirements):
    """Whether this environment uses the folder from now on. It notes so first and looks then whether the folder is
    complete; whoever removes folders does it the other way round, so one of the two sees the other."""
    if not usable(folder, requirements):
        return False
    import hashlib
    environment = config["environmentFolder"]
    users = os.path.join(folder, ".users")
    try:
        try:
            os.mkdir(users)
            os.chmod(users, 0o1777)
        except FileExistsError:
            pass
        name = hashlib.sha256(environment.encode()).hexdigest()[:16]
        with open(os.path.join(users, name), "w", encoding="utf-8") as note:
            note.write(environment)
    except FileNotFoundError:
        return False
    return usable(folder, requirements)


def install_once(config, requirements, no_deps, sources):
    """The cached folder of a set of requirements, made when it is missing; None when the real pip refused."""
    folder = os.path.join(config["cache"], fingerprint(config, requirements, no_deps, sources))
    link = folder
    folder = os.path.realpath(link)
    if taken(config, folder, requirements):
        return folder
    import fcntl
    import shutil
    import subprocess
    import tempfile
    os.makedirs(config["cache"], exist_ok=True)
    with open(link + ".lock", "a", encoding="utf-8") as lock:
        # Steps of one pipeline ask for the same packages at the same moment: one installs, the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = os.path.realpath(link)
        if taken(config, folder, requirements):
            return folder
        fresh = tempfile.mkdtemp(prefix=os.path.basename(link) + ".", dir=config["cache"])
        command = [sys.executable, "-m", "pip", "--kumiki-real", "install", "--quiet", "--no-warn-script-location",
                   "--disable-pip-version-check", "--root-user-action=ignore", "--target", fresh]
        code = subprocess.call(command + (["--no-deps"] if no_deps else []) + sources + requirements)
        if code != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            return None
        os.chmod(fresh, 0o755)
        open(os.path.join(fresh, ".complete"), "w", encoding="utf-8").close()
        # The name is a link that is swapped whole: a running step keeps the folder that it started with.
        os.symlink(fresh, fresh + ".link")
        os.replace(fresh + ".link", link)
        if not taken(config, fresh, requirements):
            raise OSError("%s went away at once" % fresh)
        return fresh


def site_folder():
    return os.path.join(sys.prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")


def link_in(folders):
    """The step's own environment sees the folders, newest first, through one .pth file; their scripts through bin."""
    path = os.path.join(site_folder(), "kumiki.pth")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("".join(folder + "\n" for folder in folders))
    os.replace(path + ".new", path)
    for folder in folders:
        scripts = os.path.join(folder, "bin")
        for name in os.listdir(scripts) if os.path.isdir(scripts) else []:
            link_script(os.path.join(scripts, name), os.path.join(sys.prefix, "bin", name))


def link_script(source, target):
    if os.path.lexists(target) or not os.path.isfile(source):
        return
    with open(source, "rb") as file:
        first = file.readline(200)
    if first.startswith(b"#!") and b"python" in first:
        with open(target, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nexec "%s" "%s" "$@"\n' % (os.path.join(sys.prefix, "bin", "python3"), source))
        os.chmod(target, 0o755)
    else:
        os.symlink(source, target)


def install(config, arguments):
    import json
    wanted = understood(arguments)
    if wanted is None:
        return real_pip(config, ["install"] + arguments)
    requirements, no_deps, sources = wanted
    record = os.path.join(sys.prefix, "kumiki-installed.json")
    try:
        with open(record, encoding="utf-8") as file:
            done = json.load(file)
    except OSError:
        done = {"alone": [], "resolved": [], "sources": []}
    # What was resolved with its dependencies is resolved together, so that a second install cannot contradict the first.
    if no_deps:
        sets = done["alone"] + [r for r in [[requirements, sources]] if r not in done["alone"]]
        done["alone"] = sets
    else:
        done["resolved"] += [r for r in requirements if r not in done["resolved"]]
        done["sources"] += [s for s in sources if s not in done["sources"]] if sources != done["sources"] else []
    folders = []
    for alone, its_sources in done["alone"]:
        folders.append(install_once(config, alone, True, its_sources))
    if done["resolved"]:
        folders.append(install_once(config, done["resolved"], False, done["sources"]))
    if any(folder is None for folder in folders):
        return 1
    link_in(folders)
    with open(record + ".new", "w", encoding="utf-8") as file:
        json.dump(done, file)
    os.replace(record + ".new", record)
    return 0


def main():
    arguments = sys.argv[1:]
    config = settings()
    if arguments[:1] == ["--kumiki-real"]:
        return real_pip(config, arguments[1:])
    if arguments[:1] == ["install"]:
        try:
            return install(config, arguments[1:])
        except OSError as problem:
            # A cache that cannot be written (a pod of another user) costs time, never a failure.
            sys.stderr.write("kumiki: package cache not used: %s\n" % problem)
    return real_pip(config, arguments)


if __name__ == "__main__":
    sys.exit(main())

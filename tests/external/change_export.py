"""Makes a changed copy of an export: IN.zip OUT.zip flip|drop|swap."""

import sys
import zipfile


def change(lines, how):
    if how == "flip":
        lines[1] = lines[1].replace('"tenant"', '"tenans"', 1)
    elif how == "drop":
        lines.pop()
    elif how == "swap":
        lines[0], lines[1] = lines[1], lines[0]
    else:
        sys.exit(f"unknown change {how}")
    return lines


def main():
    source, target, how = sys.argv[1:4]
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("/data/entries.jsonl"):
                data = ("\n".join(change(data.decode().splitlines(), how)) + "\n").encode()
            new.writestr(name, data)


if __name__ == "__main__":
    main()

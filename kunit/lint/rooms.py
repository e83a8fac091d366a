# SPDX-License-Identifier: GPL-2.0
"""Reads rooms.table and lists a tree's files: what the checks of this directory share."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Room:
    """A row of rooms.table."""

    def __init__(self, name):
        self.name = name
        self.path = None
        self.spdx = None
        self.may = []


def rooms_load():
    """Return (list of Room in order, list of public headers)."""
    rooms, public = [], []
    with open(os.path.join(HERE, 'rooms.table'), encoding='utf-8') as table:
        for line in table:
            line = line.strip()
            if not line or line.startswith('#'):
                continue
            key, _, value = line.partition(':')
            value = value.strip()
            if key == 'room':
                rooms.append(Room(value))
            elif key == 'public':
                public += value.split()
            elif key == 'path':
                rooms[-1].path = re.compile(value + r'\Z')
            elif key == 'spdx':
                rooms[-1].spdx = re.compile('(' + value.replace('.*', '.+?') + r')\Z') \
                    if '|' in value or '*' in value else re.compile(re.escape(value) + r'\Z')
            elif key == 'may':
                rooms[-1].may += value.split()
            else:
                sys.exit(f'rooms.table: what is {key}?')
    return rooms, public


def room_of(rooms, path):
    """The room that a file of the tree is in, or None."""
    for room in rooms:
        if room.path.match(path):
            return room
    return None


def tree_files(tree):
    """The tree's own files, relative to it: git's view, or everything where there is no git."""
    if os.path.exists(os.path.join(tree, '.git')):
        out = subprocess.run(['git', '-C', tree, 'ls-files', '-co', '--exclude-standard', '-z'],
                             check=True, stdout=subprocess.PIPE).stdout.decode()
        names = out.split('\0')
    else:
        names = [os.path.relpath(os.path.join(top, f), tree)
                 for top, _, files in os.walk(tree) for f in files]
        names = [n for n in names if not n.startswith('build/')]
    return sorted(n for n in names if n and os.path.isfile(os.path.join(tree, n)))


def read(tree, path):
    """A file's text; bytes that are no UTF-8 are kept out of the way."""
    with open(os.path.join(tree, path), encoding='utf-8', errors='replace') as f:
        return f.read()


def finish(complaints):
    """Print what was found and exit as a check does."""
    for line in complaints:
        print(line)
    sys.exit(1 if complaints else 0)

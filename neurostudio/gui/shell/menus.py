"""The menu bar, built from the table of commands."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QMenuBar

from neurostudio.gui.commands import COMMANDS, MENUS, Actions


def fill_menu_bar(bar: QMenuBar, actions: Actions) -> dict[str, QMenu]:
    """Put every command into its menu; returns the menus by name, submenus as ``View/Layout``."""
    menus: dict[str, QMenu] = {}
    for name in MENUS:
        menu = bar.addMenu(f"&{name}")
        menu.setToolTipsVisible(True)
        menus[name] = menu
        group: int | None = None
        for one in (command for command in COMMANDS if command.menu == name):
            if group is not None and one.group != group:
                (menus.get(f"{name}/{one.submenu}") or menu).addSeparator()
            group = one.group
            if one.submenu and f"{name}/{one.submenu}" not in menus:
                menus[f"{name}/{one.submenu}"] = menu.addMenu(one.submenu)
            menus[f"{name}/{one.submenu}" if one.submenu else name].addAction(actions[one.id])
    return menus


def fill_recent(menu: QMenu, paths: tuple[str, ...], open_project: Callable[[str], None]) -> None:
    """List the projects that were opened last."""
    menu.clear()
    for path in paths:
        action = menu.addAction(Path(path).name.replace("&", "&&"), partial(open_project, path))
        action.setToolTip(path)
    menu.setEnabled(bool(paths))

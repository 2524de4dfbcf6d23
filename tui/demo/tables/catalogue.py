"""Everyday things that everyday rows are drawn from: programs, sites, files, messages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tui.demo.story.evidence import file_details


@dataclass(frozen=True)
class Program:
    """A program that runs every day.

    Args:
        image: File name.
        folder: Where it lies.
        command: Its command line; `{user}` and `{n}` are filled in.
        parent: The image that starts it.
        weight: How often, compared with others.
        account: `user`, or the system account that it runs as.
        company: Who made it.
        product: What it belongs to.
        servers: It runs on servers rather than at desks.
    """

    image: str
    folder: str
    command: str
    parent: str
    weight: int
    account: str
    company: str
    product: str
    servers: bool


_SYSTEM32 = "C:\\Windows\\System32"


@cache
def programs() -> tuple[Program, ...]:
    """Every program, from `programs.txt` beside this file."""
    text = files(__package__).joinpath("programs.txt").read_text("utf-8")
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            image, folder, command, parent, weight, *rest = line.split(" | ")
            account, company, product, where = rest
            found.append(
                Program(
                    image,
                    folder,
                    command,
                    parent,
                    int(weight),
                    account,
                    company,
                    product,
                    where == "servers",
                )
            )
    return tuple(found)


SITES = (
    ("outlook.office365.com", "52.97.201.34"),
    ("teams.microsoft.com", "52.113.194.132"),
    ("login.microsoftonline.com", "20.190.159.2"),
    ("contoso.sharepoint.com", "13.107.136.10"),
    ("graph.microsoft.com", "20.190.160.22"),
    ("settings-win.data.microsoft.com", "51.104.136.2"),
    ("ctldl.windowsupdate.com", "93.184.221.240"),
    ("edge.microsoft.com", "13.107.21.239"),
    ("www.bing.com", "204.79.197.200"),
    ("www.google.com", "142.250.74.36"),
    ("github.com", "140.82.121.4"),
    ("objects.githubusercontent.com", "185.199.108.133"),
    ("www.linkedin.com", "13.107.42.14"),
    ("de.wikipedia.org", "185.15.59.224"),
    ("cdn.jsdelivr.net", "151.101.1.229"),
    ("update.googleapis.com", "142.250.185.99"),
    ("intranet.contoso.com", "10.20.0.21"),
    ("sap.contoso.com", "10.20.0.44"),
    ("fs-01.contoso.com", "10.20.1.18"),
    ("print-01.contoso.com", "10.20.0.61"),
    ("www.booking.com", "52.18.200.1"),
    ("news.ycombinator.com", "209.216.230.207"),
    ("zoom.us", "170.114.52.2"),
    ("api.dropboxapi.com", "162.125.66.19"),
)

DOCUMENTS = (
    "Report.docx",
    "Offer.docx",
    "Minutes.docx",
    "Budget.xlsx",
    "Forecast.xlsx",
    "Contacts.xlsx",
    "Kickoff.pptx",
    "Invoice.pdf",
    "Contract.pdf",
    "drawing.dwg",
    "photo.jpg",
    "archive.zip",
    "setup.exe",
    "export.csv",
    "notes.txt",
    "cache.tmp",
)

LIBRARIES = (
    "ntdll.dll",
    "kernel32.dll",
    "amsi.dll",
    "wininet.dll",
    "bcrypt.dll",
    "clr.dll",
    "mso40uiwin32client.dll",
    "urlmon.dll",
    "vaultcli.dll",
    "samlib.dll",
    "dbghelp.dll",
    "comsvcs.dll",
)

SUBJECTS = (
    ("Weekly status", "contoso.com"),
    ("Lunch on Thursday?", "contoso.com"),
    ("Your order has shipped", "shop.example.com"),
    ("Newsletter: what is new this month", "news.example.net"),
    ("Invitation: project review", "contoso.com"),
    ("Re: contract draft", "fabrikam.com"),
    ("Invoice 20931", "northwindtraders.com"),
    ("Your password expires soon", "contoso.com"),
    ("Re: delivery dates", "tailspintoys.com"),
    ("Minutes of the meeting", "contoso.com"),
    ("Win a holiday", "promo.example.org"),
    ("会議の議事録", "adatum.jp"),
    ("Reisekostenabrechnung", "contoso.com"),
    ("[CI] build passed", "github.com"),
    ("Out of office: back on Monday", "wingtiptoys.com"),
)


@cache
def program_rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The programs of desks and of servers, each as often as its weight, ready to be joined.

    Columns with `parent_` are those of the program that starts it.
    """
    desks: list[dict[str, Any]] = []
    servers: list[dict[str, Any]] = []
    folders = {one.image.lower(): one.folder for one in programs()}
    for program in programs():
        row = _program_row(program, folders)
        target = servers if program.servers else desks
        target += [row] * program.weight
        if not program.servers and program.account != "user":
            servers += [row] * program.weight
    for rows in (desks, servers):
        rows[:] = [{**row, "number": number} for number, row in enumerate(rows)]
    return desks, servers


def _program_row(program: Program, folders: dict[str, str]) -> dict[str, Any]:
    details = file_details(program.image, program.folder)
    parent_folder = folders.get(program.parent.lower(), _SYSTEM32)
    above = file_details(program.parent, parent_folder)
    return {
        "image": program.image,
        "folder": f"{program.folder}\\{program.image}",
        "command": program.command,
        "account": program.account,
        "by_user": program.account == "user",
        "company": program.company,
        "product": program.product,
        "sha1": details["sha1"],
        "sha256": details["sha256"],
        "md5": details["md5"],
        "size": details["fileSize"],
        "parent_image": program.parent,
        "parent_folder": f"{parent_folder}\\{program.parent}",
        "parent_sha1": above["sha1"],
        "parent_sha256": above["sha256"],
        "parent_md5": above["md5"],
        "parent_size": above["fileSize"],
    }

"""Contoso itself: its people, devices, addresses and applications, before anything happens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from tui.demo.dice import Dice, digest, guid

DOMAIN = "contoso.com"
NT_DOMAIN = "CONTOSO"
DOMAIN_SID = "S-1-5-21-1721254763-462695806-1538882281"
INTERNET = "203.0.113.24"
"""The address that the offices are seen from outside by."""


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    name: str
    """The account's name, `k.larsen`."""
    display: str
    department: str
    title: str
    city: str
    country: str
    number: int

    @cached_property
    def upn(self) -> str:
        """The user principal name, which is the mail address too."""
        return f"{self.name}@{DOMAIN}"

    @cached_property
    def object_id(self) -> str:
        """The identifier in Entra ID."""
        return guid(f"contoso/user/{self.name}")

    @property
    def sid(self) -> str:
        """The security identifier in the domain."""
        return f"{DOMAIN_SID}-{1100 + self.number}"


@dataclass(frozen=True)
class Device:
    """A machine with the sensor on it."""

    name: str
    """The host name, `WKS-0142`."""
    os: str
    """`Windows11`, `Windows10`, `WindowsServer2022`, `macOS`, `Linux`."""
    build: int
    version: str
    group: str
    number: int
    owner: str
    """The account that usually works on it."""

    @cached_property
    def dns(self) -> str:
        """The full name, in lower case as the tables have it."""
        return f"{self.name.lower()}.{DOMAIN}"

    @cached_property
    def id(self) -> str:
        """The sensor's identifier of the machine."""
        return digest(f"contoso/device/{self.name}")

    @cached_property
    def aad_id(self) -> str:
        """The device's identifier in Entra ID."""
        return guid(f"contoso/device/{self.name}")

    @property
    def ip(self) -> str:
        """Its address in the office's network."""
        return f"10.{20 + self.number // 200}.{self.number // 50 % 4 + 1}.{10 + self.number % 200}"

    @property
    def mac(self) -> str:
        """The address of its network adapter."""
        text = digest(f"contoso/mac/{self.name}").upper()
        return f"00-15-5D-{text[:2]}-{text[2:4]}-{text[4:6]}"


_CAST = (
    ("k.larsen", "Kirsten Larsen", "Finance", "Accounts payable clerk", "Copenhagen", "DK"),
    ("m.haddad", "Mona Haddad", "Finance", "Chief financial officer", "London", "GB"),
    ("t.okafor", "Tobe Okafor", "Finance", "Treasury analyst", "London", "GB"),
    ("s.lindqvist", "Saga Lindqvist", "Research", "Principal engineer", "Stockholm", "SE"),
    ("p.moreau", "Paul Moreau", "Sales", "Account manager", "Paris", "FR"),
    ("x.wang", "王晓明 Wang Xiaoming", "Research", "Optics engineer", "Shanghai", "CN"),
    ("j.nunez", "José Núñez", "Marketing", "Brand manager", "Madrid", "ES"),
    ("r.costa", "Rita Costa", "Human resources", "Recruiter", "Lisbon", "PT"),
    ("e.petrov", "Elena Petrov", "Legal", "Counsel", "Berlin", "DE"),
    ("g.adeyemi", "Grace Adeyemi", "Operations", "Plant manager", "Rotterdam", "NL"),
    ("adm.keller", "Jonas Keller (admin)", "IT", "Domain administrator", "Berlin", "DE"),
    ("j.keller", "Jonas Keller", "IT", "Systems engineer", "Berlin", "DE"),
    ("svc-backup", "Backup service", "IT", "Service account", "Berlin", "DE"),
    ("svc-sql", "SQL service", "IT", "Service account", "Berlin", "DE"),
    ("a.novak", "Ana Novak", "Security operations", "Senior analyst", "Prague", "CZ"),
    ("d.ito", "Daichi Ito", "Security operations", "Analyst", "Osaka", "JP"),
    ("m.ruiz", "Marta Ruiz", "Security operations", "Analyst", "Madrid", "ES"),
    ("h.osei", "Hannah Osei", "Security operations", "Incident manager", "London", "GB"),
)
_GIVEN = (
    "Adam",
    "Bea",
    "Carl",
    "Dina",
    "Emil",
    "Fay",
    "Gus",
    "Hana",
    "Ivo",
    "Jana",
    "Kai",
    "Lea",
    "Max",
    "Nora",
    "Olaf",
    "Pia",
    "Quin",
    "Rosa",
    "Sven",
    "Tara",
    "Uma",
    "Vera",
    "Will",
    "Xenia",
    "Yuri",
    "Zoe",
)
_FAMILY = (
    "Abbott",
    "Brandt",
    "Chen",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Hansen",
    "Iversen",
    "Jensen",
    "Kowalski",
    "Lopez",
    "Meyer",
    "Nagy",
    "Olsen",
    "Papadopoulos",
    "Quist",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ueda",
    "Vogel",
    "Weber",
    "Xu",
    "Young",
    "Zimmermann",
)
_PLACES = (
    ("Berlin", "DE"),
    ("London", "GB"),
    ("Paris", "FR"),
    ("Madrid", "ES"),
    ("Copenhagen", "DK"),
    ("Rotterdam", "NL"),
    ("Stockholm", "SE"),
    ("Seattle", "US"),
)
_JOBS = (
    ("Sales", "Account manager"),
    ("Finance", "Controller"),
    ("Research", "Engineer"),
    ("Operations", "Shift lead"),
    ("Marketing", "Editor"),
    ("IT", "Support engineer"),
    ("Human resources", "Partner"),
    ("Legal", "Paralegal"),
)
CROWD = 160
"""How many people Contoso employs, as far as anything here tells."""

_FIXED_DEVICES = (
    ("WKS-0142", "Windows11", 26100, "24H2", "Workstations", "k.larsen"),
    ("WKS-0077", "Windows11", 26100, "24H2", "Workstations", "j.keller"),
    ("WKS-0190", "Windows10", 19045, "22H2", "Workstations", "t.okafor"),
    ("WKS-0201", "Windows11", 22631, "23H2", "Workstations", "r.costa"),
    ("LAP-0077", "Windows11", 26100, "24H2", "Laptops", "p.moreau"),
    ("LAP-0311", "Windows11", 26100, "24H2", "Laptops", "s.lindqvist"),
    ("LAP-0125", "Windows11", 22631, "23H2", "Laptops", "m.haddad"),
    ("LAP-0208", "Windows11", 26100, "24H2", "Laptops", "x.wang"),
    ("FS-01", "WindowsServer2022", 20348, "21H2", "Servers", "svc-backup"),
    ("IIS-02", "WindowsServer2019", 17763, "1809", "Servers", "j.keller"),
    ("DC-01", "WindowsServer2022", 20348, "21H2", "Domain controllers", "adm.keller"),
    ("SQL-01", "WindowsServer2022", 20348, "21H2", "Servers", "svc-sql"),
    ("SRV-JUMP", "WindowsServer2022", 20348, "21H2", "Servers", "j.keller"),
    ("BKP-01", "WindowsServer2019", 17763, "1809", "Servers", "svc-backup"),
    ("MAC-0017", "macOS", 24, "15.1", "Laptops", "j.nunez"),
    ("LNX-WEB-03", "Linux", 0, "22.04", "Servers", "svc-sql"),
)
_SYSTEMS = (
    ("Windows11", 26100, "24H2"),
    ("Windows11", 22631, "23H2"),
    ("Windows11", 26100, "24H2"),
    ("Windows10", 19045, "22H2"),
)
FLEET = 180
"""How many devices report."""


@cache
def people() -> tuple[Person, ...]:
    """Everybody, the cast of the stories first."""
    found = [Person(*row, number=number) for number, row in enumerate(_CAST)]
    taken = {person.name for person in found}
    dice = Dice(1, 1)
    while len(found) < CROWD:
        given, family = dice.pick(_GIVEN), dice.pick(_FAMILY)
        name = f"{given[0].lower()}.{family.lower()}"
        if name in taken:
            continue
        taken.add(name)
        department, title = dice.pick(_JOBS)
        city, country = dice.pick(_PLACES)
        found.append(
            Person(name, f"{given} {family}", department, title, city, country, len(found))
        )
    return tuple(found)


@cache
def devices() -> tuple[Device, ...]:
    """Every device, those of the stories first."""
    found = [
        Device(name, system, build, version, group, number, owner)
        for number, (name, system, build, version, group, owner) in enumerate(_FIXED_DEVICES)
    ]
    taken = {device.name for device in found}
    dice = Dice(1, 2)
    crowd = people()[len(_CAST) :]
    number = 0
    while len(found) < FLEET:
        number += dice.between(1, 4)
        kind = dice.weighted(((5, "WKS"), (3, "LAP"), (1, "SRV")))
        name = f"{kind}-{number:04d}"
        if name in taken:
            continue
        taken.add(name)
        if kind == "SRV":
            system, build, version = ("WindowsServer2022", 20348, "21H2")
        else:
            system, build, version = dice.pick(_SYSTEMS)
        group = {"WKS": "Workstations", "LAP": "Laptops", "SRV": "Servers"}[kind]
        owner = crowd[len(found) % len(crowd)].name
        found.append(Device(name, system, build, version, group, len(found), owner))
    return tuple(found)


@cache
def _people_by_name() -> dict[str, Person]:
    return {person.name: person for person in people()}


@cache
def _devices_by_name() -> dict[str, Device]:
    return {device.name: device for device in devices()}


def person(name: str) -> Person:
    """The person of that account name."""
    return _people_by_name()[name]


def device(name: str) -> Device:
    """The device of that host name."""
    return _devices_by_name()[name]


@cache
def office_workers() -> tuple[Person, ...]:
    """People that everyday noise happens to: no analysts, no service accounts."""
    excluded = {"Security operations", "IT"}
    return tuple(one for one in people() if one.department not in excluded)


@cache
def endpoints() -> tuple[Device, ...]:
    """Windows devices that people sit at."""
    return tuple(one for one in devices() if one.group in {"Workstations", "Laptops"})


@dataclass(frozen=True)
class CloudApp:
    """A cloud application as Defender for Cloud Apps numbers it."""

    app_id: int
    name: str
    instance_id: int = 0


EXCHANGE = CloudApp(20893, "Microsoft Exchange Online")
SHAREPOINT = CloudApp(20892, "Microsoft SharePoint Online")
ONEDRIVE = CloudApp(15600, "Microsoft OneDrive for Business")
TEAMS = CloudApp(28375, "Microsoft Teams")
OFFICE = CloudApp(11161, "Microsoft 365")
DROPBOX = CloudApp(11627, "Dropbox")
GITHUB = CloudApp(11628, "GitHub")
AZURE = CloudApp(12260, "Microsoft Azure")

CLOUD_APPS = (EXCHANGE, SHAREPOINT, ONEDRIVE, TEAMS, OFFICE, DROPBOX, GITHUB, AZURE)

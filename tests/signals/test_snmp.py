"""SNMP over UDP on loopback: our client and net-snmp's at the virtual controller's door."""

import asyncio
import shutil
import warnings

import pytest
from pysnmp.error import PySnmpError

from tests.signals.street import STAGES, a_core, the_junction
from unjai.model.errors import UnjaiError
from unjai.signals.ntcip import oids
from unjai.signals.ntcip.client import Client, set_and_compare
from unjai.signals.ntcip.oids import ControlColumn, ControlStatus, StatusColumn
from unjai.signals.ntcip.plant import Plant, Rung
from unjai.signals.virtual.agent import serve
from unjai.signals.virtual.objects import Objects

HOLD = oids.control_object(ControlColumn.HOLD, 1)
GREENS = oids.status_object(StatusColumn.GREENS, 1)


class Moved:
    """A clock in seconds that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def door():
    """A controller at a free port: `look` reads, `drive` sets."""
    clock = Moved()
    agent = await serve(a_core(), 0, "look", clock, commands="drive")
    agent.clock = clock
    yield agent
    await agent.close()


def client(door, **changes):
    return Client("127.0.0.1", door.port, **{"community": "look", "commands": "drive", "timeout_s": 5.0} | changes)


async def net_snmp(command, door, *rest, community="look", version="2c"):
    if shutil.which(command) is None:
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: Debian's snmp is absent"), stacklevel=2)
        pytest.skip("Debian's snmp is absent")
    line = [command, f"-v{version}", "-c", community, "-On", "-t", "5", "-r", "1", f"127.0.0.1:{door.port}", *rest]
    process = await asyncio.create_subprocess_exec(
        *line, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    return process.returncode, out.decode(), error.decode()


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_what_is_there_is_read_and_set(door, version):
    async with client(door, version=version) as wire:
        assert await wire.get([oids.UNIT_BACKUP_TIME_S, HOLD]) == {oids.UNIT_BACKUP_TIME_S: 10, HOLD: 0}
        await set_and_compare(wire, {HOLD: 34})
    assert door.objects.core.commands.phases[ControlColumn.HOLD] == {2, 6}
    assert door.objects.core.status is ControlStatus.SYSTEM


async def test_many_objects_are_asked_for_in_several_messages(door):
    async with client(door) as wire:
        found = await wire.get(door.objects.order)
    assert list(found) == door.objects.order
    assert len(found) > 100


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_an_object_that_is_not_there_is_said(door, version):
    async with client(door, version=version) as wire:
        with pytest.raises(UnjaiError, match="signals_no_such_object"):
            await wire.get([oids.MAX_PHASES, f"{oids.ASC}.99.1.0"])


async def test_a_wrong_community_is_no_answer(door):
    async with client(door, community="guess", timeout_s=0.1, retries=0) as wire:
        with pytest.raises(UnjaiError, match="signals_no_answer"):
            await wire.get([oids.MAX_PHASES])


async def test_who_may_only_read_is_refused(door):
    async with client(door, commands="look") as wire:
        with pytest.raises(UnjaiError, match="signals_refused"):
            await wire.set({HOLD: 34})
    assert not any(door.objects.core.commands.phases.values())


async def test_a_closed_door_is_no_answer():
    agent = await serve(a_core(), 0, "look", Moved())
    await agent.close()
    async with client(agent, timeout_s=0.1, retries=0) as wire:
        with pytest.raises(UnjaiError, match="signals_no_answer"):
            await wire.get([oids.MAX_PHASES])


@pytest.mark.parametrize("failure", [OSError("no route"), PySnmpError("no such name")])
async def test_what_the_system_raises_is_no_answer(door, failure, monkeypatch):
    async def fail(*_, **__):
        raise failure

    async with client(door) as wire:
        for name in ("get_cmd", "set_cmd"):
            monkeypatch.setattr(f"pysnmp.hlapi.v3arch.asyncio.{name}", fail)
        for asked in (wire.get([oids.MAX_PHASES]), wire.set({HOLD: 0})):
            with pytest.raises(UnjaiError, match="signals_no_answer"):
                await asked
    monkeypatch.setattr("pysnmp.hlapi.v3arch.asyncio.UdpTransportTarget.create", fail)
    with pytest.raises(UnjaiError, match="signals_no_answer"):
        await client(door).__aenter__()


async def test_a_set_that_is_acknowledged_and_not_done_is_found_out(door):
    door.objects.refuses = {HOLD}
    async with client(door) as wire:
        with pytest.raises(UnjaiError, match="signals_set_ignored"):
            await set_and_compare(wire, {HOLD: 34})


async def test_a_plant_drives_over_the_network_through_a_cut():
    """The door itself is closed and opened again: the controller goes on without us, and with us when we are back."""
    clock, core = Moved(), a_core()
    agent = await serve(core, 0, "look", clock, commands="drive")

    async def seconds(count):
        for _ in range(count):
            told = await plant.step(clock.now, 2)
            for _ in range(2):
                clock.now += 0.5
                core.step(clock.now)
        return told

    async with client(agent, timeout_s=0.5) as wire:
        plant = await Plant.open(wire, the_junction(), STAGES, rung=Rung.PHASES)
        told = await seconds(20)
        assert (told.rung, core.greens()) == (Rung.PHASES, {4, 8})
        await agent.close()
        told = await seconds(1)
        assert (told.rung, told.alerts[0].code) == (Rung.SHADOW, "signals_no_answer")
        for _ in range(24):
            clock.now += 0.5
            core.step(clock.now)
        assert core.status is ControlStatus.BACKUP
        agent = await serve(core, agent.port, "look", clock, commands="drive")
        told = await seconds(25)
        assert (told.rung, core.greens()) == (Rung.PHASES, {4, 8})
        assert await plant.stop()
    await agent.close()
    assert not any(core.commands.phases.values())


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_net_snmp_reads_what_we_read(door, version):
    code, out, _ = await net_snmp("snmpget", door, oids.UNIT_BACKUP_TIME_S, GREENS, version=version)
    async with client(door, version=version) as wire:
        ours = await wire.get([oids.UNIT_BACKUP_TIME_S, GREENS])
    assert code == 0
    assert [f".{oid} = INTEGER: {value}" for oid, value in ours.items()] == out.splitlines()


async def test_net_snmp_commands_it(door):
    code, out, _ = await net_snmp("snmpset", door, HOLD, "i", "34", community="drive")
    assert (code, out.strip()) == (0, f".{HOLD} = INTEGER: 34")
    assert door.objects.core.commands.phases[ControlColumn.HOLD] == {2, 6}


@pytest.mark.parametrize(
    ("what", "community", "says"),
    [
        ((oids.UNIT_FLASH_STATUS, "i", "3"), "drive", "notWritable"),
        ((HOLD, "i", "256"), "drive", "wrongValue"),
        ((HOLD, "i", "34"), "look", "noAccess"),
    ],
)
async def test_net_snmp_is_refused_what_nobody_may(door, what, community, says):
    code, _, error = await net_snmp("snmpset", door, *what, community=community)
    assert code != 0
    assert says in error
    assert not any(door.objects.core.commands.phases.values())


async def test_net_snmp_walks_over_everything(door):
    code, out, _ = await net_snmp("snmpwalk", door, oids.ASC)
    lines = [line for line in out.splitlines() if " = " in line and "No more variables" not in line]
    walked = [line.partition(" = ")[0].lstrip(".") for line in lines]
    assert (code, walked) == (0, Objects(a_core()).order)

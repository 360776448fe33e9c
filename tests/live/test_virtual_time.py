"""How the workers are shared: by what each account has used, as the fake clock measures it."""

import asyncio
import threading
from typing import Any

import pytest

from mlp_live.live.scheduling import (
    Account,
    AddressAccounts,
    Urgency,
)
from mlp_live.live.scheduling.account import MAX_ADDRESSES
from mlp_live.live.scheduling.tuning import (
    MAX_DEBT_SECONDS,
    NEWCOMER_SECONDS,
    NEWCOMERS_AT_ONCE,
)
from tests.live.scheduler_scene import Scene, known, paid, repeat, run, scene, submitted


def test_accounts_get_equal_shares_however_long_their_pieces_are():
    async def play() -> Scene:
        with scene() as s:
            hold = await s.hold_up()
            long, short = known(), known()
            tasks = await submitted(
                *(s.ask(paid(s, 0.020, "long"), long) for _ in range(20)),
                *(s.ask(paid(s, 0.001, "short"), short) for _ in range(400)),
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            assert long.seconds == pytest.approx(short.seconds) == pytest.approx(1.4)
            return s

    order = run(play()).order
    seconds = {"long": 0.0, "short": 0.0}
    for name in order:
        seconds[name] += 0.020 if name == "long" else 0.001
        assert abs(seconds["long"] - seconds["short"]) < 0.021


def test_urgent_work_borrows_time_and_pays_it_back():
    async def order() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            viewer, trainer = known(), known()
            tasks = await submitted(
                *(s.ask(paid(s, 0.010, "low"), trainer, urgency=Urgency.LOW) for _ in range(30)),
                *(s.ask(paid(s, 0.010, "high"), viewer, urgency=Urgency.HIGH) for _ in range(30)),
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert done[0] == "high"
    ahead = [done[: i + 1].count("high") - done[: i + 1].count("low") for i in range(40)]
    assert max(ahead) <= 4  # the head start, and the slice that is begun with it
    assert min(ahead[4:]) >= 0


def test_a_newcomer_goes_first_and_only_once():
    async def order() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            old = [known() for _ in range(8)]
            tasks = await submitted(
                *(repeat(s, account, paid(s, 0.010, "old"), 10) for account in old)
            )
            newcomer = Account()
            tasks += await submitted(*(s.ask(paid(s, 0.010, "new"), newcomer) for _ in range(10)))
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert done[:5] == ["new"] * 5
    assert done[5:35].count("new") <= 5


@pytest.mark.parametrize(
    "urgencies", [[Urgency.HIGH] + [Urgency.NORMAL] * 3, [Urgency.HIGH] * 3 + [Urgency.NORMAL]]
)
def test_shares_stay_equal_though_some_borrow_and_all_come_again_and_again(urgencies):
    async def play() -> list[int]:
        with scene() as s:
            done = [0] * len(urgencies)
            over = False

            paced = threading.Semaphore(0)

            async def run_paced() -> None:
                nonlocal over
                while sum(done) < 800:
                    paced.release()
                    await asyncio.sleep(0)
                over = True
                paced.release(1000)

            def paid_in_step(_: float) -> None:
                paced.acquire()
                s.clock.advance(0.005)

            async def ask_in_step(name: int) -> None:
                account = known()
                while not over:
                    await s.ask(paid_in_step, account, urgency=urgencies[name])
                    done[name] += 1

            await asyncio.gather(run_paced(), *(ask_in_step(i) for i in range(len(urgencies))))
            return done

    done = run(play())
    assert min(done) > 0.85 * max(done), done


def test_those_who_come_again_and_again_as_newcomers_take_a_bounded_share():
    async def play() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            viewer = known()
            newcomers = [
                s.ask(paid(s, 0.010, "new"), account)
                for account in [Account() for _ in range(40)]
                for _ in range(5)
            ]
            tasks = await submitted(
                *newcomers, *(s.ask(paid(s, 0.010, "old"), viewer) for _ in range(5))
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    order = run(play())
    assert order.index("old") <= NEWCOMERS_AT_ONCE * NEWCOMER_SECONDS / 0.010 + 41


def test_turns_are_neither_saved_up_nor_owed_for_long():
    async def order() -> list[Any]:
        with scene() as s:
            idle, busy, rich = known(), known(), known()
            await s.ask(paid(s, 0.001), idle)
            await repeat(s, busy, paid(s, 0.010), 50)  # idle uses nothing meanwhile
            await s.ask(paid(s, 0.001), rich)
            rich.charge(100.0, wanted=True)
            hold = await s.hold_up()
            s.order.clear()
            accounts = {"idle": idle, "busy": busy, "rich": rich}
            tasks = await submitted(
                *(
                    s.ask(paid(s, 0.010, name), account)
                    for name, account in accounts.items()
                    for _ in range(40)
                )
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert abs(done[:20].count("idle") - done[:20].count("busy")) <= 2
    assert done.index("rich") <= 2 * MAX_DEBT_SECONDS / 0.010 + 4


def test_an_address_has_one_account_and_only_so_many_addresses_are_kept():
    accounts = AddressAccounts()
    first = accounts.of("10.0.0.1")
    first.charge(1.0)
    assert accounts.of("10.0.0.1") is first
    for number in range(MAX_ADDRESSES):
        accounts.of(str(number))
    assert accounts.of("10.0.0.1").seconds == 0.0

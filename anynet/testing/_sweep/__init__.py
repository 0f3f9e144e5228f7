"""Running a scenario once for each point at which it can be disturbed.

``peers`` and ``stage`` are the world of a scenario, ``steps`` counts what its tasks do, ``on_trio``
and ``on_asyncio`` run it so that this can be counted, ``system_calls`` counts and fails calls, and
``sweeping`` has the points, the runs and the report.
"""

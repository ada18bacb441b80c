"""A plugin with one method that draws numbers and adds them up: everything that a run can do, and nothing heavy.

Each step draws from a generator of its own, so the sum after step k is the same however often the run was interrupted.
"""

from neurostudio.core.method import InputRole, Method, MetricInfo, Output

COUNTING_SUM = Method(
    id="counting.sum",
    title="Sum of random numbers",
    summary="Draws one number a step and adds it up.",
    spec="neurostudio_counting.specs:SumSpec",
    run="neurostudio_counting.sum:run",
    session="neurostudio_counting.session:Adder",
    inputs=(
        InputRole("table", ("table",), "Any file or folder; only its size counts.", required=False),
        InputRole("corpus", ("corpus",), "Any file; only its size counts.", required=False),
    ),
    outputs=(
        Output("steps", "table", "Each step with what it drew and the sum so far."),
        Output("halfway", "table", "The same table as it stood after half of the steps; the last step replaces it."),
        Output("total", "weights", "The sum in a folder."),
    ),
    metrics=(
        MetricInfo("sum/value", "Sum so far."),
        MetricInfo("sum/steps_done", "Steps that this attempt did itself.", better=""),
        MetricInfo("input/bytes", "Size of what was given.", "bytes", better=""),
    ),
)

METHODS = (COUNTING_SUM,)

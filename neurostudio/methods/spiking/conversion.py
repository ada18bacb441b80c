"""From the ordinary to the spiking network: copy the weights, balance the thresholds on data, compare.

Threshold balancing: with ``lam_k`` the 99.9 % quantile of the activations ``c_k`` of about a thousand training sentences and
``lam`` that of ``h``, set ``th_k = lam_k`` and ``th_pool = lam``. A spike carries the weight of its threshold, so no weight
changes. Activations above the threshold cannot be told apart any more: their share is reported as clipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import Encoder, encode
from neurostudio.methods.spiking.evaluation import batches_by_length, predict_by_time
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.spiking_textcnn import OUTPUT, POOL, Readout, SpikingTextCNN
from neurostudio.methods.spiking.textcnn import TextCNN

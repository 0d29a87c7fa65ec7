"""Layers that compute in floating point or with fake quantisation.

The same modules serve both: QuantConv and QuantLinear quantise their weights
only once `bits` is set, ActQuant only once `enabled`. Fake quantisation
computes in float what the accelerator computes in integers, rounding included.
"""
import torch
from torch import nn
from torch.nn import functional

BIPOLAR_CLIP = 1.5   # largest latent 1-bit weight


def round_through(x):
    """Rounds; the gradient passes as if it had not (straight-through)."""
    return x + (x.round() - x).detach()


def weight_codes(weight, log_scale, bits):
    """Integer codes as floats, with straight-through gradients.

    1-bit weights are latent values already in units of their scale: were they
    divided by it here, its gradient would be wrong, and it would diverge."""
    if bits == 1:
        sign = torch.where(weight >= 0, 1.0, -1.0)
        return weight + (sign - weight).detach()
    v = weight / log_scale.exp()
    top = 2 ** (bits - 1) - 1
    return round_through(v.clamp(-top, top))


def best_log_scale(weight, bits, per_channel):
    """log of the scale with the least squared error; [out,1,..] or scalar."""
    flat = weight.detach().flatten(1) if per_channel else \
        weight.detach().reshape(1, -1)
    if bits == 1:
        scale = flat.abs().mean(1, keepdim=True)
    else:
        top = 2 ** (bits - 1) - 1
        grid = flat.abs().amax(1, keepdim=True) / top * \
            torch.linspace(0.2, 1.0, 81)
        v = (flat[:, :, None] / grid[:, None]).round().clamp(-top, top)
        error = (v * grid[:, None] - flat[:, :, None]).square().sum(1)
        scale = grid.gather(1, error.argmin(1, keepdim=True))
    scale = scale.clamp(min=1e-8).log()
    return scale.view(-1, *[1] * (weight.dim() - 1)) if per_channel else \
        scale.view(())


class QuantWeight:
    """Mixin: quantised weights with a learnt scale (LSQ, in the log domain)."""
    bits = None

    def quantise_weights(self, bits):
        self.bits = bits
        self.log_scale = nn.Parameter(best_log_scale(
            self.weight, bits, per_channel=self.weight.dim() == 4))
        if bits == 1:
            self.weight.data /= self.log_scale.detach().exp()
            if self.weight.dim() == 4:   # normalised away after the layer
                self.log_scale.requires_grad_(False)

    def used_weight(self):
        if self.bits is None:
            return self.weight
        codes = weight_codes(self.weight, self.log_scale, self.bits)
        return codes * self.log_scale.exp()

    def clip_latent(self):
        """Keeps 1-bit weights where a gradient can still flip them."""
        if self.bits == 1:
            self.weight.data.clamp_(-BIPOLAR_CLIP, BIPOLAR_CLIP)


class QuantConv(nn.Conv2d, QuantWeight):
    def forward(self, x):
        return functional.conv2d(x, self.used_weight(), None, self.stride,
                                 self.padding)


class QuantLinear(nn.Linear, QuantWeight):
    def forward(self, x):
        return functional.linear(x, self.used_weight(), self.bias)


class RoundCodes(torch.autograd.Function):
    """ReLU and rounding to 0..top steps of exp(log_scale), as one function:
    composed of torch operations it would dominate the training time."""

    @staticmethod
    def forward(ctx, x, log_scale, top):
        scale = log_scale.exp()
        v = x / scale
        ctx.save_for_backward(v, scale)
        ctx.top = top
        return v.round().clamp_(0, top).mul_(scale)

    @staticmethod
    def backward(ctx, grad):
        v, scale = ctx.saved_tensors
        grad_x = torch.ops.aten.hardtanh_backward(grad, v, 0, ctx.top)   # where 0 < v < top
        error = v.round().clamp_(0, ctx.top).mul_(grad).addcmul_(grad_x, v, value=-1)
        return grad_x, error.sum() * scale, None


class ActQuant(nn.Module):
    """ReLU, then unsigned codes of `bits` bits once enabled."""

    def __init__(self):
        super().__init__()
        self.bits = 8
        self.enabled = False
        self.seen = None   # calibration: largest value, outliers excepted
        self.sample = []   # and some values
        self.log_scale = nn.Parameter(torch.zeros(()))

    @property
    def top(self):
        return 2 ** self.bits - 1

    def observe(self, x):
        if self.seen is not None:
            flat = x.detach().flatten()
            kept = max(1, int(flat.numel() * 0.9999))
            self.seen = max(self.seen, flat.kthvalue(kept).values.item())
            self.sample.append(flat[::max(1, flat.numel() // 50000)].relu())

    def enable(self):
        """8 bits span what was seen; fewer take the least squared error."""
        largest = max(self.seen, 1e-3) / self.top
        if self.bits == 8:
            scale = largest
        else:
            grid = largest * torch.linspace(0.02, 1.0, 99)[:, None]
            v = torch.cat(self.sample)
            codes = (v / grid).round().clamp(0, self.top)
            scale = grid[(codes * grid - v).square().sum(1).argmin()].item()
        self.log_scale.data.fill_(scale).log_()
        self.enabled, self.seen, self.sample = True, None, []

    def forward(self, x):
        self.observe(x)
        if not self.enabled:
            return x.relu()
        return RoundCodes.apply(x, self.log_scale, self.top)


class AddQuant(ActQuant):
    """Sum of two tensors, each rounded to the output's scale first."""

    def forward(self, a, b):
        if not self.enabled:
            self.observe(a + b)
            return (a + b).relu()
        scale = self.log_scale.exp()
        total = round_through(a / scale) + round_through(b / scale)
        return total.clamp(0, self.top) * scale


class QuantNet(nn.Module):
    """A network of the modules above: `conv` and `bn` by name, `act` by name,
    `fc` at the end. STEPS are its layers up to fc in order, each with the names
    of its inputs, INPUT its first tensor; export.py reads both."""

    round_bias = False    # of fixed batch normalisation, to units of the sum

    def scale_of(self, name):
        """Of the tensor `name`."""
        return self.INPUT["scale"] if name == "input" else \
            self.act[name].log_scale.exp()

    def normalise(self, name, x, source):
        """Batch normalisation; fixed and with round_bias what it adds is a
        whole number of the units in which the accelerator sums, as exported."""
        bn, conv = self.bn[name], self.conv[name]
        if bn.training or not self.round_bias or conv.bits is None:
            return bn(x)
        gain = bn.weight / torch.sqrt(bn.running_var + bn.eps)
        unit = (gain.abs() * self.scale_of(source) *
                conv.log_scale.exp().flatten()).clamp(min=1e-12)
        offset = round_through((bn.bias - bn.running_mean * gain) / unit) * unit
        return x * gain[:, None, None] + offset[:, None, None]

    def block(self, name, x, source):
        return self.act[name](self.normalise(name, self.conv[name](x), source))

    def classify(self, x, source):
        """fc of a flattened tensor, its bias as whole numbers too."""
        if not self.round_bias or self.fc.bits is None:
            return self.fc(x)
        unit = (self.scale_of(source) * self.fc.log_scale.exp()).detach()
        bias = round_through(self.fc.bias / unit) * unit
        return functional.linear(x, self.fc.used_weight(), bias)

    def weighted(self):
        """name -> module with weights, in network order."""
        return {**self.conv, "fc": self.fc}

    def prepare(self, bits):
        """Creates the weight scales; bits: layer name -> weight bits."""
        for name, module in self.weighted().items():
            module.quantise_weights(bits[name])

    def calibrate(self, x, bits=8):
        """Sets activation scales from a float pass over x and enables them."""
        for act in self.act.values():
            act.seen, act.bits = 0.0, bits
        with torch.no_grad():
            self(x)
        for act in self.act.values():
            act.enable()

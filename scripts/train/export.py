"""Folds a fake-quantised Net to integers and writes its .cfg and .bin."""
import os
import zlib

import numpy as np
import torch

import quant


def fixed_point(factor):
    """factor = mult * 2^(shift - 31), mult in [2^30, 2^31 - 1]."""
    fraction, exponent = np.frexp(factor)
    mult = int(round(float(fraction) * 2**31))
    exponent = int(exponent)
    if mult == 2**31:
        mult, exponent = 2**30, exponent + 1
    if not (2**30 <= mult < 2**31 and -31 <= exponent <= 7):
        raise ValueError(f"multiplier {factor} cannot be represented")
    return mult, exponent


def number(value):
    """%.9g with a decimal point, without which libconfig reads an integer."""
    text = f"{value:.9g}"
    if "." in text:
        return text
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}.0{exponent}{power}"


def conv_params(bn, scale_w, scale_x, scale_y):
    """Sign of each channel's weights and rows of bias, mult, shift, add."""
    gain = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    sign = torch.where(gain < 0, -1.0, 1.0)
    offset = bn.bias - bn.running_mean * gain
    gain, offset = gain.abs().double(), offset.double()
    rows = []
    for m in range(len(gain)):
        scale_acc = scale_x * float(scale_w.flatten()[m]) * float(gain[m])
        rows.append([round(float(offset[m]) / scale_acc),
                     *fixed_point(scale_acc / scale_y), 0])
    return sign, rows


class Writer:
    """Collects blob bytes and the text of the layers."""

    def __init__(self, requant):
        self.blob, self.layers = b"", []
        self.requant = f' requant = "{requant}";'

    def append(self, array):
        """Returns the offset, a multiple of 4."""
        self.blob += b"\0" * (-len(self.blob) % 4)
        offset = len(self.blob)
        self.blob += array.tobytes()
        return offset

    def layer(self, *lines):
        self.layers.append("  {\n" + "".join(f"    {line}\n" for line in lines)
                           + "  }")

    def weights(self, bits, codes, rows):
        offset = self.append(codes.astype(np.int8))
        params = self.append(np.array(rows, "<i4"))
        kind = "bipolar" if bits == 1 else "signed"
        return (f'weight_bits = {bits}; weight_kind = "{kind}";',
                f"weights = {offset}; params = {params};")


def output_codes(act, scale):
    return (f"output = {{ bits = {act.bits}; signed = false; zero_point = 0; "
            f"min = 0; max = {act.top}; scale = {number(scale)}; }};")


def codes_of(module):
    codes = quant.weight_codes(module.weight, module.log_scale,
                                    module.bits)
    return codes, module.log_scale.double().exp()


def write_conv(writer, net, name, source, scales):
    module = net.conv[name]
    codes, scale_w = codes_of(module)
    sign, rows = conv_params(net.bn[name], scale_w, scales[source],
                             scales[name])
    codes = (codes * sign.view(-1, 1, 1, 1)).permute(0, 2, 3, 1).numpy()
    weights, offsets = writer.weights(module.bits, codes, rows)
    high, wide = module.padding
    writer.layer(
        f'name = "{name}"; op = "conv"; inputs = ["{source}"]; '
        f"out_channels = {len(codes)};",
        "kernel = [%d, %d]; " % module.kernel_size +
        "stride = [%d, %d]; " % module.stride +
        f"pad = [{high}, {wide}, {high}, {wide}]; "
        f"pool = {net.POOL.get(name, 1)};",
        weights + writer.requant,
        output_codes(net.act[name], scales[name]), offsets)


def write_add(writer, net, name, sources, scales):
    channels = len(net.bn[sources[0]].weight)
    rows = [[0, *fixed_point(scales[source] / scales[name]), 0]
            for source in sources for _ in range(channels)]
    offset = writer.append(np.array(rows, "<i4"))
    writer.layer(f'name = "{name}"; op = "add"; '
                 f'inputs = ["{sources[0]}", "{sources[1]}"];'
                 + writer.requant,
                 output_codes(net.act[name], scales[name]),
                 f"params = {offset};")


def write_fc(writer, net, source, scales):
    codes, scale_w = codes_of(net.fc)
    scale = scales[source] * float(scale_w)
    channels = len(net.bn[source].weight)
    side = round((codes.shape[1] // channels) ** 0.5)
    codes = codes.view(-1, channels, side, side).permute(0, 2, 3, 1).numpy()
    rows = [[round(float(b) / scale), 0, 0, 0] for b in net.fc.bias]
    weights, offsets = writer.weights(net.fc.bits, codes, rows)
    writer.layer(
        f'name = "fc"; op = "gemm"; inputs = ["{source}"]; '
        f"out_channels = {len(codes)};",
        weights + ' requant = "raw";',
        f"output = {{ bits = 32; signed = true; scale = {number(scale)}; }};",
        offsets)


def write(net, folder, name, header, keys, requant="double"):
    """Writes folder/name.cfg and .bin; keys: extra `key = value` texts.

    "double" rounds twice, first to a whole number (TFLite): half a code and
    more for codes of a few bits. "single" rounds once, as training does."""
    writer, tensor = Writer(requant), net.INPUT
    with torch.no_grad():
        scales = {"input": tensor["scale"]}
        for layer, act in net.act.items():
            scales[layer] = float(act.log_scale.double().exp())
        for layer, *sources in net.STEPS:
            if layer in net.conv:
                write_conv(writer, net, layer, sources[0], scales)
            else:
                write_add(writer, net, layer, sources, scales)
        write_fc(writer, net, net.STEPS[-1][0], scales)
    with open(os.path.join(folder, f"{name}.bin"), "wb") as stream:
        stream.write(writer.blob)
    with open(os.path.join(folder, f"{name}.cfg"), "w",
              encoding="utf-8") as stream:
        stream.write("".join(f"# {line}".rstrip() + "\n" for line in header))
        stream.write(
            f'\nname = "{name}";\n' + "".join(f"{key};\n" for key in keys) +
            f'blob = "{name}.bin";\n'
            f"blob_bytes = {len(writer.blob)};\n"
            f'blob_crc32 = "0x{zlib.crc32(writer.blob):08x}";\n\n'
            "input = {\n"
            f'  name = "input"; height = {tensor["height"]}; '
            f'width = {tensor["width"]}; channels = {tensor["channels"]};\n'
            f'  bits = {tensor["bits"]}; signed = false; zero_point = 0; '
            f'scale = {tensor["scale"]:.15g};\n}};\n\nlayers = (\n' +
            ",\n".join(writer.layers) + "\n);\n")

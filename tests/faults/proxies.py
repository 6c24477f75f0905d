"""Debian's nginx and Caddy in front of a node, with the configurations that come with it.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, pathlib, shutil, subprocess

GIVEN = pathlib.Path(__file__).parents[2] / 'data/node'


def find(name):
    """Installed, or unpacked by build-aux/unpack-proxies; None when it is neither."""
    unpacked = os.environ.get('CITIZ_PROXIES', '')
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:{unpacked}/usr/sbin:{unpacked}/usr/bin")


def adapted(name, changes):
    """The given configuration with a test's own places."""
    text = (GIVEN / name).read_text()
    for old, new in changes.items():
        assert old in text, (name, old)
        text = text.replace(old, new)
    return text


def certificate(folder):
    """As certbot leaves it, for the loopback, and signed by itself."""
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
                    '-keyout', str(folder / 'privkey.pem'), '-out', str(folder / 'fullchain.pem')], check=True, capture_output=True)


def start_nginx(folder, place, front, more='', changes=None, tls=None, bare=None):
    """Listens on the loopback's ports `tls` and `bare` as it does on 443 and 80, and on `front` like 443 without TLS, for the node at the Unix socket `place`; `more` goes
    into its http block. Tiles are in `folder`/tiles."""
    certificate(folder)
    plain = f'listen 127.0.0.1:{front};'
    (folder / 'site.conf').write_text(adapted('nginx.conf', {
        '/run/citiz-node.sock': str(place), '/etc/letsencrypt/live/node.example.org': str(folder), '/var/www/html': str(folder),
        'listen 80;\n  listen [::]:80;': f'listen 127.0.0.1:{bare};' if bare else f'listen unix:{folder}/bare.sock;',
        'listen 443 ssl http2;\n  listen [::]:443 ssl http2;': f'{plain} listen 127.0.0.1:{tls} ssl http2;' if tls else plain,
        'https://node.example.org': f'https://127.0.0.1:{tls}', 'node.example.org': '127.0.0.1', '/var/cache/citiz-tiles': f'{folder}/tiles', **(changes or {})}))
    own = ''.join(f'{name}_temp_path {folder}/{name};\n' for name in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
    (folder / 'nginx.conf').write_text(
        ('user root root; ' if os.geteuid() == 0 else '') + f'daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}\n'
        f'http {{ include {folder}/site.conf;\n{own}{more}}}\n')
    return subprocess.Popen([find('nginx'), '-p', str(folder), '-e', 'stderr', '-c', str(folder / 'nginx.conf')], stderr=open(folder / 'nginx.log', 'w'))


def start_caddy(folder, place, front):
    """The same, without the certificate it would get for a real name."""
    site = adapted('Caddyfile', {'node.example.org {': f'http://127.0.0.1:{front} {{\n\tbind 127.0.0.1', '/run/citiz-node.sock': str(place)})
    (folder / 'Caddyfile').write_text('{\n\tadmin off\n\tauto_https off\n}\n' + site)
    return subprocess.Popen([find('caddy'), 'run', '--config', str(folder / 'Caddyfile'), '--adapter', 'caddyfile'], stderr=open(folder / 'caddy.log', 'w'),
                            env={**os.environ, 'HOME': str(folder), 'XDG_DATA_HOME': str(folder), 'XDG_CONFIG_HOME': str(folder)})

#!/usr/bin/python3
"""Stands where the desktop's notices arrive, and writes each as one line of JSON: [summary, body].
notices.py FILE. SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, sys

from gi.repository import Gio, GLib

XML = '''<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/></method>
</interface></node>'''
ANSWERS = {'Notify': ('(u)', (1,)), 'GetCapabilities': ('(as)', (['body', 'actions'],)), 'GetServerInformation': ('(ssss)', ('test', 'citiz', '1', '1.2'))}


def called(bus, sender, path, interface, method, arguments, invocation):
    if method == 'Notify':
        with open(sys.argv[1], 'a') as file:
            file.write(json.dumps([arguments[3], arguments[4]]) + '\n')
    form, values = ANSWERS.get(method, ('()', ()))
    invocation.return_value(GLib.Variant(form, values))


def owned(bus, name):
    open(sys.argv[1], 'a').close()


def reached(bus, name):
    bus.register_object('/org/freedesktop/Notifications', Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], called, None, None)


Gio.bus_own_name(Gio.BusType.SESSION, 'org.freedesktop.Notifications', Gio.BusNameOwnerFlags.NONE, reached, owned, None)
GLib.MainLoop().run()
